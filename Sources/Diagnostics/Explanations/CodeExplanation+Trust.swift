extension CodeExplanation {
    /// Whose word counts on a host.
    static let trust: [CodeExplanation] = [
        CodeExplanation(
            .fileUntrusted, "another user can change a file that controls the host",
            """
            The site file, a file that it includes, a base file, a saved plan or the boot file, or a folder or \
            symbolic link on its path, belongs to a user other than root and the caller, or is writable by its group \
            or by others. Anyone who can change it could make root define domains and resize pools. Commands that \
            change the host refuse such a file with 77; the others read it and warn. In a folder with the sticky \
            bit, such as /tmp, what counts is the owner of the file itself.
            The hint has the command that fixes it. Or keep the file below /etc/numactl-plan, or pass it on standard \
            input: numactl-plan apply - < site.yaml.
            """),
        CodeExplanation(
            .lockForeign, "the lock file is not safe",
            """
            The lock file must belong to root (or to the caller), in a folder that nobody else can change: anyone \
            who can open it can hold the lock and block every run. Something else has its name, such as a file with \
            contents, which the lock would overwrite; or the folder is writable by others. Nothing was changed; the \
            exit code is 77.
            Find out who created it and why, then remove it, or name another file with --lock-file. The folder is \
            created automatically, for root only.
            """),
        CodeExplanation(
            .otherSite, "the host has another site",
            """
            Domains on this host have the mark of another site, or the boot file reserves pages for one. What they \
            use counts as taken, whether they run or not, and their pages stay in the pools and in the boot file: a \
            host's pools serve all its sites.
            To retire a site, apply it without guests and remove its domains. If the site was only renamed, take \
            over its domains with --take-over.
            """),
        CodeExplanation(
            .hostEntryElsewhere, "the host entry names another machine",
            """
            The site's only host has another name than this machine. Most likely the file is meant for another \
            machine. A plan is made anyway, with this warning; apply refuses with 15.
            Run it on the machine that the entry names, rename the entry, or confirm it with --host NAME. A site \
            without hosts is valid on every machine.
            """),
        CodeExplanation(
            .factsRedacted, "the facts omit parts of a definition",
            """
            Facts hold no secrets: of each definition they keep only what a plan needs. Omitted parts are listed in \
            the document as redacted. A definition that is rendered from such facts is therefore incomplete. Plans are \
            not affected: on the host the real definition is patched.
            Do not define what render prints from such facts; run render on the host.
            """),
    ]
}
