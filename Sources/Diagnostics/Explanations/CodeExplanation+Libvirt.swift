extension CodeExplanation {
    /// libvirt.
    static let libvirt: [CodeExplanation] = [
        CodeExplanation(
            .libvirtUnreachable, "libvirt does not answer",
            """
            The connection was refused, timed out, or needs rights that you do not have; libvirt's own words are \
            shown. Nothing was changed.
            systemctl status libvirtd (or virtqemud) shows whether it runs; virsh -c qemu:///system list tests the \
            connection. The user must be root or in the group libvirt. To plan without libvirt, use --facts FILE.
            """),
        CodeExplanation(
            .libvirtMissing, "libvirt is not installed",
            """
            libvirt's library, libvirt.so.0, is loaded by the commands that ask libvirt, when they do, and it is not on \
            this machine or cannot be loaded; the loader's own words are shown. Nothing was changed.
            On a host of guests install it: apt-get install libvirt0 or dnf install libvirt-libs; it comes with the \
            daemon. Elsewhere, in the pipeline of a code review for instance, --facts FILE plans for a captured host \
            and needs no libvirt; validate, render, explain, schema, boot and capacity do not need it either.
            """),
        CodeExplanation(
            .libvirtRewrote, "libvirt filled something in",
            """
            A note: what libvirt holds after the definition differs in text from what was sent, and means the same: \
            libvirt adds addresses, aliases and defaults, and reorders.
            Nothing is to be done. numactl-plan plan should find no differences; if it finds some each time, please \
            report both documents.
            """),
        CodeExplanation(
            .defineRefused, "libvirt refused a definition",
            """
            libvirt checks every definition against its schema and against what the hypervisor can do, and this one \
            failed; its own words are in the message. What the run had done until then was rolled back. Most often the \
            base file or the adopted domain has a part that this version does not know.
            numactl-plan render --out DIR writes the definition; virt-xml-validate DIR/NAME.xml domain and virsh \
            define test it.
            """),
        CodeExplanation(
            .domainXMLInvalid, "a domain's definition cannot be read",
            """
            The definition that libvirt (or the facts file) holds is not understood, so neither its load nor its \
            settings are known. For a guest of the site that is an error; for any other domain it is a warning, and \
            what that domain uses is not counted.
            Look at it with virsh dumpxml --inactive NAME. In a facts file, check that the text was not cut.
            """),
        CodeExplanation(
            .restartPending, "a guest waits for its next start",
            """
            A note: the definition is as the site says, but the guest runs with older settings. Memory, cells and \
            page sizes cannot change under a running guest, and this program never restarts one on its own.
            Shut the guest down and start it again when it suits (a reboot from inside keeps the old settings). \
            numactl-plan status --check ends with 3 until then.
            """),
        CodeExplanation(
            .stepFailed, "a step could not be carried out",
            """
            libvirt or the kernel refused one step of the plan; the message has the step and their words. The run \
            ended there, and what it had done was rolled back. Among the causes: a guest that did not shut down in \
            time, a managed save image, a pool with pages in use, or something that changed after the plan was made \
            (exit code 14).
            Remove the cause, look at numactl-plan plan, and apply again. virsh managedsave-remove NAME drops a \
            saved image, and with it the guest's saved memory.
            """),
        CodeExplanation(
            .emulatorThreadsElsewhere, "threads of the emulator may be elsewhere",
            """
            A running guest's emulator was pinned. libvirt moves QEMU's main thread and, with control groups, most \
            others; the rest is moved by this program, which needs root on the guest's own machine. The message \
            says which threads could not be moved, or why that is not known: no rights, another machine, or a \
            driver that runs no QEMU. Kernel threads of some kinds refuse to be moved.
            numactl-plan verify --deep as root shows where every thread is; a restart of the guest puts all of them \
            on their CPUs.
            """),
        CodeExplanation(
            .managedSave, "a managed save image holds older settings",
            """
            virsh managedsave, or libvirt-guests when the host went down, has written the guest's memory to a file. \
            The next start goes on from there, with the settings that the guest had then, whatever its definition \
            says now. As a warning nothing is in the way yet; as an error the guest is to be started or removed.
            virsh start NAME goes on with the image; apply --restart NAME then brings the settings up to date. \
            virsh managedsave-remove NAME drops the image, and what was in the guest's memory is lost. That is never \
            done automatically.
            """),
        CodeExplanation(
            .restartImpossible, "a guest cannot be power cycled, or started",
            """
            As a warning: the guest named with --restart does not run, or is to be shut down anyway. As an error: \
            guests that are power cycled come one after the other, and in no order does each find the huge pages and \
            the memory of its new shape, because others still hold them; or a guest is to be started into pages, \
            memory or CPUs that a running one will leave but holds until its own restart. Guests that wait for each \
            other in a ring are named in its order. Nothing was changed.
            Power cycle the guest that holds them with --restart NAME, or shut it down (virsh shutdown NAME), then \
            apply again; or give the pools a few pages more under pools.
            """),
        CodeExplanation(
            .removalImpossible, "libvirt does not give a definition up",
            """
            The guest is to be removed, and libvirt refuses to undefine a domain that has snapshots or checkpoints: \
            they live in its definition. It is looked for before anything is written, so the guest was not shut down \
            for nothing. Before version 8.9 libvirt deletes the state of an emulated TPM with the definition, which \
            is refused as well.
            Delete the snapshots (virsh snapshot-delete) and checkpoints (virsh checkpoint-delete) that are no longer \
            wanted, then apply again; or leave the guest in the site file. Nothing is deleted automatically.
            """),
        CodeExplanation(
            .domainBusy, "libvirt is busy with a domain",
            """
            The domain is being migrated, saved, dumped or backed up, or its QEMU does not answer; until that is over \
            libvirt refuses to start, stop or change it. Nothing was changed.
            virsh domjobinfo NAME shows how far it is, virsh domcontrol NAME whether QEMU answers. Wait, then apply \
            again; virsh domjobabort NAME ends it.
            """),
        CodeExplanation(
            .domainRenamed, "a guest's domain has another name",
            """
            A domain bears this site's mark of a guest and is called something else: it was renamed (virsh \
            domrename) or copied it with its metadata. As an error the guest has no domain of its own name, and \
            creating one would put a second domain on the same disks. As a warning the domain is a copy, or the site \
            no longer names its guest; it is left alone and never pruned.
            Write was: NAME into the guest's entry, and apply gives the domain its name back; or give the guest the \
            domain's name. The hint has the command that takes the mark off a copy.
            """),
        CodeExplanation(
            .renameImpossible, "a domain cannot be renamed",
            """
            was names a domain that is to get the guest's name, and libvirt renames only a domain that is shut off; \
            what it keeps beside the definition (snapshots, checkpoints, a managed save image) goes by the name. Or \
            there are domains of both names. Nothing was changed.
            Shut the guest down, delete what the message names, and apply again; or give the guest its domain's name \
            in the site file. When there are two domains, look which one is the guest.
            """),
        CodeExplanation(
            .baseChanged, "the base file is not the one that the guest was made from",
            """
            The mark of a guest holds a digest of the base file that it was made from. The file has changed since, or \
            the site gave the guest a base file or took it away, or machine or accelerator no longer stands beside it. \
            A definition cannot be changed into that: nothing tells what of it came from the base and what was added \
            later. So the guest stays as it is, and is not counted as in sync.
            apply --rebase NAME redefines the guest from the site. It keeps its UUID, the hardware addresses of its \
            interfaces, its UEFI variables, and the metadata of others; what was added to its definition by hand is \
            gone, so it is asked for. A running guest gets the new definition at its next start. Otherwise put the old \
            file back, or edit the definition by hand (virsh edit).
            """),
        CodeExplanation(
            .machineTypeChanged, "the machine type has other buses than the guest's",
            """
            The site asks for a machine type of another family (q35 for a pc, for example). The addresses of the \
            guest's devices are on buses that the other type does not have, so the definition cannot simply name it. \
            The rest of the guest is kept as the site says.
            apply --rebase NAME redefines the guest, as for NP550. libvirt gives the devices new addresses; the \
            guest's system may then name its network interfaces differently. The definition of an adopted domain is \
            changed by hand (virsh edit).
            """),
    ]
}
