extension CodeExplanation {
    /// libvirt.
    static let libvirt: [CodeExplanation] = [
        CodeExplanation(
            .libvirtUnreachable, "libvirt does not answer",
            """
            The connection was refused, timed out, or is not permitted to you; libvirt's error is shown. Nothing was \
            changed.
            systemctl status libvirtd (or virtqemud) shows whether it runs; virsh -c qemu:///system list tests the \
            connection. The user must be root or in the group libvirt. To plan without libvirt, use --facts FILE.
            """),
        CodeExplanation(
            .libvirtMissing, "libvirt is not installed",
            """
            Commands that connect to libvirt load its client library, libvirt.so.0, which is not installed on this \
            machine or cannot be loaded; the loader's error is shown. Nothing was changed.
            On a KVM host install it: apt-get install libvirt0 or dnf install libvirt-libs; the daemon depends on \
            it. Elsewhere, as in a CI pipeline, plan for a captured host with --facts FILE, which needs no libvirt; \
            render, explain and capacity take it too. validate, schema, and boot without a site file never need \
            libvirt.
            """),
        CodeExplanation(
            .libvirtRewrote, "libvirt normalized a definition",
            """
            A note: the stored definition differs in text from the one sent, but means the same: libvirt adds \
            addresses, aliases and defaults, and reorders.
            No action is needed. If numactl-plan plan keeps finding differences, report both documents.
            """),
        CodeExplanation(
            .defineRefused, "libvirt refused a definition",
            """
            libvirt validates every definition against its schema and the hypervisor's capabilities, and refused \
            this one; the message has libvirt's error. What the run had done was rolled back. Usually the base file \
            or the adopted domain has an element that this version does not know.
            numactl-plan render --out DIR writes the definition; virt-xml-validate DIR/NAME.xml domain and virsh \
            define test it.
            """),
        CodeExplanation(
            .domainXMLInvalid, "a domain's definition cannot be read",
            """
            The definition that libvirt (or the facts file) holds cannot be parsed, so neither its settings nor what \
            it uses are known. For a guest of the site that is an error; for any other domain it is a warning, and \
            it is not counted.
            Look at it with virsh dumpxml --inactive NAME. In a facts file, check that the text was not truncated.
            """),
        CodeExplanation(
            .restartPending, "a guest waits for its next start",
            """
            A note: the definition matches the site, but the guest runs with older settings. Memory, cells and page \
            sizes cannot change while a guest runs, and guests are never restarted unasked.
            Shut the guest down and start it again when convenient (a reboot from inside keeps the old settings). \
            numactl-plan status --check exits 3 until then.
            """),
        CodeExplanation(
            .stepFailed, "a step failed",
            """
            libvirt or the kernel refused one step of the plan; the message has the step and the error. The run \
            stopped there and was rolled back. Possible causes: a guest that did not shut down in time, a managed save \
            image, a pool with pages in use, or something that changed after the plan was made (exit code 14).
            Remove the cause, check numactl-plan plan, and apply again. virsh managedsave-remove NAME discards a saved \
            image and the memory in it.
            """),
        CodeExplanation(
            .emulatorThreadsElsewhere, "threads of the emulator may be elsewhere",
            """
            A running guest's emulator was pinned. libvirt moves QEMU's main thread and, with control groups, most \
            others; apply moves the rest, which needs root on the guest's host. The message says which threads \
            could not be moved, or why that is unknown: missing rights, another machine, or a driver without QEMU \
            processes. Some kernel threads cannot be moved.
            numactl-plan verify --deep as root shows where every thread is; restarting the guest moves all of them.
            """),
        CodeExplanation(
            .memoryNotFollowed, "a guest has not plugged the memory it was asked to",
            """
            A guest with max_ram gets memory through virtio-mem devices while it runs: the host asks for an amount, and \
            the driver in the guest plugs it, or gives it back, block by block. The amounts differ now. The driver may be \
            missing (Linux has it since 5.8, Windows in virtio-win), may still be at work, or the guest uses memory that \
            it was asked to give back. Nothing is lost, and nothing has to be undone: the driver goes on trying.
            In a Linux guest, memory that is onlined as movable can be given back: memhp_default_state=online_movable on \
            its command line. virsh dumpxml NAME shows requested and current of each device.
            """),
        CodeExplanation(
            .managedSave, "a managed save image holds older settings",
            """
            virsh managedsave, or libvirt-guests when the host went down, has saved the guest's memory to a file. The \
            next start resumes it with the settings it had then, whatever its definition says now. It is an error if \
            the guest is to be started or removed, otherwise a warning.
            virsh start NAME resumes the image; apply --restart NAME then brings the settings up to date. virsh \
            managedsave-remove NAME discards the image and the memory in it; that is never done automatically.
            """),
        CodeExplanation(
            .restartImpossible, "a guest cannot be power cycled, or started",
            """
            As a warning: the guest named with --restart does not run, or will be shut down anyway. As an error: \
            guests are power cycled one after another, and in every order one of them lacks huge pages or memory \
            that others still hold; or a guest needs pages, memory or CPUs to start that a running guest holds until \
            its own restart. Guests that wait for each other in a cycle are listed in that order. Nothing was \
            changed.
            Power cycle the guest that holds them with --restart NAME, or shut it down (virsh shutdown NAME), then \
            apply again; or add a few pages under pools.
            """),
        CodeExplanation(
            .removalImpossible, "libvirt would refuse to undefine a domain",
            """
            The guest is to be removed, but libvirt does not undefine a domain that has snapshots or checkpoints. This \
            is checked before the first write, so the guest was not shut down. Before version 8.9, libvirt deletes the \
            state of an emulated TPM with the definition; that is refused as well.
            Delete the snapshots (virsh snapshot-delete) and checkpoints (virsh checkpoint-delete) that are no longer \
            wanted, then apply again; or leave the guest in the site file. Nothing is deleted automatically.
            """),
        CodeExplanation(
            .domainBusy, "libvirt is busy with a domain",
            """
            The domain is being migrated, saved, dumped or backed up, or its QEMU does not answer; until then \
            libvirt refuses to start, stop or change it. Nothing was changed.
            virsh domjobinfo NAME shows its progress, virsh domcontrol NAME whether QEMU answers. Wait, then apply \
            again; virsh domjobabort NAME aborts it.
            """),
        CodeExplanation(
            .domainRenamed, "a guest's domain has another name",
            """
            A domain has this site's mark of a guest but another name: it was renamed (virsh domrename), or cloned \
            with its metadata. As an error: no domain has the guest's name, and creating one would put a second \
            domain on the same disks. As a warning: the domain is a clone, or the site no longer names its guest; it \
            is left alone and never pruned.
            Add was: NAME to the guest's entry, and apply renames the domain back; or give the guest the domain's \
            name. The hint has the command that removes the mark from a clone.
            """),
        CodeExplanation(
            .renameImpossible, "a domain cannot be renamed",
            """
            The key was names the domain to rename, but libvirt renames only a domain that is shut off and has no \
            snapshots, checkpoints or managed save image. Or domains of both names exist. Nothing was changed.
            Shut the guest down, delete what the message names, and apply again; or use the domain's name in the \
            site file. If there are two domains, find out which one is the guest.
            """),
        CodeExplanation(
            .baseChanged, "the guest was created from another base file",
            """
            The mark of a guest holds a digest of the base file that it was created from. That file has changed, or \
            base was added or removed, or machine or accelerator was removed. The definition cannot be updated to \
            match: what came from the base and what was added later cannot be told apart. The guest stays as it is, \
            and is not counted as in sync.
            apply --rebase NAME redefines the guest from the site. It keeps its UUID, MAC addresses, UEFI variables, \
            and the metadata of other programs; manual additions to its definition are lost, so it needs consent. A \
            running guest gets the new definition at its next start. Otherwise restore the old file, or edit the \
            definition by hand (virsh edit).
            """),
        CodeExplanation(
            .machineTypeChanged, "the machine type has different buses",
            """
            The site wants a machine type of another family (q35 for a pc, for example). The guest's devices have \
            addresses on buses that the new type lacks, so the type is not changed. All other settings follow the \
            site.
            apply --rebase NAME redefines the guest, as for NP550. libvirt gives the devices new addresses; the \
            guest's network interfaces may get other names. Edit the definition of an adopted domain by hand (virsh \
            edit).
            """),
    ]
}
