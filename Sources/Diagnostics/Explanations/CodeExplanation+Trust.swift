extension CodeExplanation {
    /// Whose word counts on a host.
    static let trust: [CodeExplanation] = [
        CodeExplanation(
            .fileUntrusted, "another user can change a file that decides about the host",
            """
            The site file, a file that it includes, a base file, a saved plan or the boot file, or a folder or symbolic link on the way to it, \
            belongs to another user than root and the one who runs the command, or its group or everybody may write \
            it. Whoever can change it could have root define domains and resize pools. Commands that change the host \
            refuse such a file with 77; the others read it and warn. In a folder with the sticky bit, such as /tmp, \
            what counts is the owner of the file itself.
            The message names what is wrong, and the hint the command that puts it right. Or keep the file below \
            /etc/numactl-plan, or give it on standard input: numactl-plan apply - < site.yaml.
            """),
        CodeExplanation(
            .lockForeign, "the lock's place belongs to another user",
            """
            The lock file must be a file of root (or of the user who runs the command) in a folder that nobody else \
            can change: whoever can open a lock file can hold it, and keep everybody from changing the host. There is \
            something else in its place, or the folder is not safe. Nothing was changed; the exit code is 77.
            Find out who made it and why, and remove it. The folder of the lock is made by the program and is root's alone.
            """),
        CodeExplanation(
            .otherSite, "the host has another site",
            """
            There are domains with the mark of another site on this host, or the boot file keeps pages for one. What \
            they hold is counted, whether they run or not, and their pages stay in the pools and in the boot file: a \
            pool of the machine holds what all its sites want.
            A site that is no more is forgotten once its domains are gone and it was applied last with no guest. If \
            the site was only renamed, take its domains over with --take-over.
            """),
        CodeExplanation(
            .hostEntryElsewhere, "the host entry names another machine",
            """
            The site has one host, and its name is not this machine's. Most likely the file was meant for another \
            machine. A plan is made anyway, with this warning; apply refuses with 15.
            Run it on the machine that the entry names, rename the entry, or say that it is meant: --host NAME. A site \
            without hosts fits every machine.
            """),
        CodeExplanation(
            .factsRedacted, "a domain was left out of the facts in part",
            """
            The facts document holds no secrets: of each definition it has what a plan needs and no more. What was \
            left out is named in the document as redacted. A definition that is shown or written from such facts is \
            therefore not whole. Plans are not affected: on the host the definition itself is patched, and all else in it \
            stays.
            Do not define what render prints from such facts; run render on the host.
            """),
    ]
}
