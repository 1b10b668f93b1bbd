extension CodeExplanation {
    /// Text formats.
    static let textFormats: [CodeExplanation] = [
        CodeExplanation(
            .yamlSyntax, "not YAML",
            """
            The file breaks YAML's grammar at the place shown, or just before it. Usual causes: a missing blank after \
            a colon, an unclosed bracket or quote, a line that is indented less or more than its neighbours, or a key \
            that is a list instead of plain text.
            Fix the line, then run numactl-plan validate. Quote values that contain ': ' or ' #', or that begin with \
            one of @ ` % * & ! or a bracket.
            """),
        CodeExplanation(
            .yamlTab, "tabs are not allowed for indentation in YAML",
            """
            YAML allows only spaces for indentation.
            Replace tabs with spaces (expand -t 2 site.yaml), and set your editor to use spaces in YAML files.
            """),
        CodeExplanation(
            .yamlDuplicateKey, "duplicate key",
            """
            The same key occurs twice in one mapping. Many YAML readers silently take the last one; here it is an \
            error, since one of the two would be lost.
            Keep one of the two; both places are shown.
            """),
        CodeExplanation(
            .yamlSeveralDocuments, "more than one document",
            """
            A second document begins at a line '---'. A site file holds one document, so that it is reviewed and \
            applied as a whole.
            Remove the '---', or give each document a file of its own.
            """),
        CodeExplanation(
            .yamlAlias, "an alias cannot be resolved",
            """
            A value begins with '*', which in YAML repeats what an anchor '&name' before it holds. There is no such \
            anchor above it, it refers to itself, or all aliases together expand to more values than allowed.
            Correct the name, put the anchor above its first use, or quote the value if the star is meant as text.
            """),
        CodeExplanation(
            .yamlTooLarge, "the file is too large",
            """
            Limits keep a broken or hostile file from exhausting the host's memory: 4 MiB, 64 levels and 200,000 \
            values for a site file, 256 MiB for a facts file.
            Check that the path names the right file; if it does, split the site into one file for each rack or \
            host.
            """),
        CodeExplanation(
            .textNotUTF8, "the file is not UTF-8",
            """
            Some bytes are not UTF-8. Usually the file was saved as Latin-1 or UTF-16, or is not a text file.
            Convert it: iconv -f LATIN1 -t UTF-8 site.yaml (or -f UTF-16).
            """),
        CodeExplanation(
            .yamlMergeKey, "merge keys are not part of YAML 1.2",
            """
            The key '<<' is an extension of YAML 1.1. Programs disagree on which value wins, so it is not supported.
            Put common settings into a flavor: a guest that names the flavor may override any of its keys. Plain \
            anchors and aliases for whole values are fine.
            """),
        CodeExplanation(
            .yamlEmpty, "the file is empty",
            """
            The file holds only blanks and comments.
            Check the path. The smallest site is: hosts: {hv01: {}}, and guests below the key guests.
            """),
        CodeExplanation(
            .yamlTag, "unknown tag",
            """
            A value begins with '!', which in YAML marks a type. Only YAML's own types are known.
            Remove the tag, or quote the value if it really begins with an exclamation mark.
            """),
        CodeExplanation(
            .jsonSyntax, "not JSON",
            """
            A facts file or the boot file is not well-formed JSON. Usual causes: the file was truncated, other output \
            was mixed in, or it was edited by hand.
            Capture the facts again with numactl-plan facts --format json on the host. numactl-plan apply rewrites the \
            boot file.
            """),
    ]
}
