extension CodeExplanation {
    /// Keys and values, and what they name.
    static let schema: [CodeExplanation] = [
        CodeExplanation(
            .unknownKey, "an unknown key",
            """
            The key is unknown at this place and would have no effect, so it is an error. Usually it is misspelt, \
            one level too high or too low, or in Nova's spelling: a flavor's own keys have no 'hw:', and Nova's \
            names belong in the mapping 'properties'.
            Use the suggestion if there is one. numactl-plan-site(5) lists the keys of every place.
            """),
        CodeExplanation(
            .missingKey, "a key is missing",
            """
            This entry needs another key; the message names it. In a site file these are for example the vCPUs and \
            memory of a guest, or the bits that maxphysaddr_mode: emulate needs; in a facts file, what every cell must \
            have: id, cpus and memory_kib.
            Add the key. A guest may also take it from its flavor.
            """),
        CodeExplanation(
            .wrongType, "a value has the wrong type",
            """
            A list, a mapping or a plain value is needed, and another of these was found, or none. Often the \
            indentation of the next line is wrong, so that it belongs to another key.
            The message says what is needed. numactl-plan-site(5) has an example of every key.
            """),
        CodeExplanation(
            .badNumber, "not a valid number",
            """
            The value is not a whole number, or is outside the range in the message. Nova's memory properties are \
            plain numbers of MiB; the site's own sizes need a unit instead (see NP205).
            Write a plain decimal number within the range.
            """),
        CodeExplanation(
            .badSize, "not a valid size",
            """
            Sizes are a number and a unit: 512MiB, 8GiB, 1G (a single letter is binary as well). A bare number is \
            refused, because other tools read it in different units. Sizes that are too small are refused too.
            Add the unit, or raise the size to what the message asks for.
            """),
        CodeExplanation(
            .badBoolean, "not true or false",
            """
            The YAML of the site file follows version 1.2: only true and false are booleans, while yes, no, on and \
            off are words.
            Write true or false, without quotes.
            """),
        CodeExplanation(
            .badChoice, "not one of the allowed values",
            """
            The key takes one of a few words; case matters.
            The message lists the words; numactl-plan-site(5) says what each does.
            """),
        CodeExplanation(
            .badCPUList, "not a list of CPUs or vCPUs",
            """
            Lists are in the kernel's format: 0-3,8 for the CPUs 0, 1, 2, 3 and 8. Masks may exclude with ^ as in \
            Nova: ^0 or 0-3,^2. The list here is empty, runs backwards, has a stray character, or has a number out \
            of range.
            Correct the list. numactl-plan facts shows the CPUs of a host.
            """),
        CodeExplanation(
            .unknownFlavor, "there is no such flavor",
            """
            A guest names a flavor that the file does not have. Only flavors of the site file count; those of an \
            OpenStack cloud are not read.
            Use the suggestion if there is one, or add the flavor below the key flavors.
            """),
        CodeExplanation(
            .unknownHost, "there is no such host",
            """
            A guest, or the option --host, names a host that the site does not have; or the site has several hosts, \
            and none has the name of this machine (or of the facts file).
            Use the suggestion if there is one, or choose the entry with --host NAME. hostname prints the name of \
            this machine.
            """),
        CodeExplanation(
            .badName, "not a valid name",
            """
            Names of guests become names of domains, of files and of journal entries, so they must not be empty or \
            overlong, or contain a slash, control characters, or leading or trailing blanks. The message says what \
            is wrong with this one.
            Choose another name. A domain can be renamed before it is adopted: virsh domrename OLD NEW.
            """),
        CodeExplanation(
            .conflictingKeys, "keys that exclude each other",
            """
            Two keys describe the same thing differently, or one forbids the other: a key and its Nova property with \
            different values, base with disks, a writable disk shared by all guests of a count, two guest cells \
            forced onto one host cell, and the like.
            Keep one of the two; the message names them.
            """),
        CodeExplanation(
            .hostNotNamed, "the guest names no host",
            """
            The site has several hosts, and the guest does not say which one it belongs to. Guests are not distributed \
            over hosts automatically: each host is planned separately, and two could create the same guest.
            Add host: NAME to the guest.
            """),
        CodeExplanation(
            .duplicateGuest, "the guest name is taken",
            """
            Two guests would be the same domain. Often one of them comes from a count: web with count: 3 makes \
            web-1, web-2 and web-3.
            Rename one of the two.
            """),
        CodeExplanation(
            .badRatio, "not an allocation ratio",
            """
            cpu_allocation_ratio and ram_allocation_ratio are decimal numbers with at most three places. The message \
            gives the range.
            Write for example 4.0 for four shared vCPUs on each CPU, or 1.0 for no overcommit.
            """),
        CodeExplanation(
            .baseUnreadable, "a base file cannot be read",
            """
            A guest's 'base' names a domain XML file; a relative path starts at the folder of the site file. The \
            file does not exist or is not readable; the message has the system's error.
            Correct the path, or write one: virsh dumpxml --inactive NAME > NAME.xml.
            """),
        CodeExplanation(
            .baseInvalid, "a base file is not a domain definition",
            """
            The file that 'base' names is not well-formed XML, its root is not <domain>, or it is larger than 16 MiB. \
            A dump of a network, a pool or a snapshot is not a domain.
            Write it from a domain: virsh dumpxml --inactive NAME > NAME.xml.
            """),
        CodeExplanation(
            .includeImpossible, "a file cannot be included",
            """
            include takes paths relative to the site file's folder and below it, each once. An absolute path, one \
            that leads out of the folder, the site file itself, a file that cannot be read and one that another user \
            can change are refused.
            Put the file into the site file's folder, with the same owner, and name it: include: [guests/web.yaml].
            """),
        CodeExplanation(
            .duplicateFlavor, "the flavor name is taken",
            """
            The site file and its included files share one set of flavors, and two have the same name.
            Rename one of the two.
            """),
        CodeExplanation(
            .badVersion, "unsupported format version",
            """
            The file was written by a version of this program with another major format, most likely a newer one. \
            Reading it anyway could reserve the wrong pages.
            Update this program on the host, or have this version write the file: numactl-plan apply for the boot \
            file, numactl-plan facts --format json for facts.
            """),
        CodeExplanation(
            .factsInconsistent, "the facts contradict themselves",
            """
            The facts contradict themselves: a CPU in two cells, a cell listed twice, siblings that are not CPUs of \
            their cell, more free pages than pages, no cells, or another kind of document. Nothing can be placed on \
            such a host.
            Write the file again with numactl-plan facts --format json. If facts captured on a real machine cause \
            this, please report it with the file.
            """),
    ]
}
