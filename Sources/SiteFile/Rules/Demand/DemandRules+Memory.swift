internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// The page size: the image may choose one where the flavor says `large` or `any`, and nowhere else.
    mutating func pageSize() -> Located<GuestDemand.PageRequest>? {
        guard !isBroken("mem_page_size"), let image = image.pageSize else { return settings.pageSize }
        guard let flavor = settings.pageSize else {
            forbidden(image, "the image asks for \(image.value.phrase), and the flavor for no page size")
            return nil
        }
        if flavor.value == .large || flavor.value == .any { return image }
        forbidden(image, "the image asks for \(image.value.phrase), the flavor for \(flavor.value.phrase)")
        return flavor
    }

    private mutating func forbidden(_ image: Located<GuestDemand.PageRequest>, _ message: String) {
        report.error(
            .pageSizeForbidden, message, at: image.mark, hint: "write mem_page_size: large or any in the flavor")
    }

    /// A page size must divide the memory of every cell.
    mutating func checkPages(_ request: Located<GuestDemand.PageRequest>?, of cells: [GuestCellDemand]) {
        guard let request, case .exactly(let size) = request.value,
            let cell = cells.first(where: { !size.divides($0.memory) })
        else { return }
        report.error(
            .pageSizeImpossible,
            "the memory of guest cell \(cell.id), \(cell.memory), is not a multiple of the page size, \(size)",
            at: request.mark, hint: "choose a multiple of \(size), or a smaller page size")
    }

    /// How much memory the guest starts with: no more than it has.
    mutating func currentMemory() -> KiB? {
        guard let current = settings.currentMemory else { return nil }
        if let memory = settings.ram, current.value > memory.value {
            report.error(
                .conflictingKeys, "current_ram (\(current.value)) is more than ram (\(memory.value))",
                at: current.mark, label: "ram is at line \(memory.mark.line)", hint: "raise ram, or remove current_ram")
        }
        return current.value
    }

    /// Whether memory is locked: by `locked_memory`, which needs a page size so that the memory is counted, or by encryption.
    mutating func lockedMemory() -> Bool {
        guard !isBroken("locked_memory") else { return false }
        if let flavor = settings.lockedMemory, let image = image.lockedMemory, flavor.value != image.value {
            conflict("locked_memory", at: image.mark, flavor: flavor.mark)
        }
        let locked = [settings.lockedMemory, image.lockedMemory].compactMap { $0 }.first(where: \.value)
        let isCounted = settings.pageSize != nil || image.pageSize != nil || isBroken("mem_page_size")
        if let locked, !isCounted, !isPartial {
            report.error(
                .lockedNeedsPageSize, "locked_memory needs mem_page_size, so that the memory is counted",
                at: locked.mark,
                hint: "add mem_page_size: small")
        }
        return locked != nil || encryptionLocks()
    }

    /// Whether memory encryption locks the memory. Of what an image says about it only contradictions matter here.
    private mutating func encryptionLocks() -> Bool {
        guard !isBroken("mem_encryption", "mem_encryption_model") else { return false }
        if let flavor = settings.encryption, let image = image.encryption, flavor.value != image.value {
            conflict("mem_encryption", at: image.mark, flavor: flavor.mark)
        }
        if let flavor = settings.encryptionModel, let image = image.encryptionModel, flavor.value != image.value {
            conflict("mem_encryption_model", at: image.mark, flavor: flavor.mark)
        }
        guard let encrypted = [settings.encryption, image.encryption].compactMap({ $0 }).first(where: \.value) else {
            if let model = settings.encryptionModel ?? image.encryptionModel {
                dropped(
                    "mem_encryption_model", at: model.mark,
                    because: "mem_encryption is not true")
            }
            return false
        }
        let model = (settings.encryptionModel ?? image.encryptionModel)?.value ?? .sev
        checkFirmware(for: encrypted, model)
        return model.locksMemory
    }

    /// An image that speaks of encryption must bring the firmware and the machine for it.
    private mutating func checkFirmware(for encrypted: Located<Bool>, _ model: FlavorSettings.EncryptionModel) {
        let speaks = image.encryption?.value == true || image.firmware != nil
        if speaks, image.firmware?.value != "uefi" {
            report.error(
                .imageConflict, "mem_encryption needs an image with UEFI firmware",
                at: image.firmware?.mark ?? encrypted.mark, hint: "add \"hw_firmware_type\": uefi")
        }
        if let machine = image.machineType, !machine.value.contains("q35") {
            report.error(
                .imageConflict, "mem_encryption needs the machine type q35, not '\(machine.value)'", at: machine.mark)
        }
        if model == .sevSNP, speaks, image.firmwareIsStateless?.value != true {
            report.error(
                .imageConflict, "amd-sev-snp needs stateless firmware",
                at: image.firmwareIsStateless?.mark ?? encrypted.mark, hint: "add \"hw_firmware_stateless\": true")
        }
    }

    /// Reports that flavor and image say different things where they must agree.
    mutating func conflict(_ name: String, at image: SourceMark, flavor: SourceMark) {
        report.error(
            .imageConflict, "the image's '\(name)' differs from the flavor's", at: image,
            label: "the flavor's value is at line \(flavor.line)", hint: "make them equal, or remove one of them")
    }
}
