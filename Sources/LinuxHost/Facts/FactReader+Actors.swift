internal import HostModel

extension FactReader {
    /// The actors that apply recorded; none where the file is not there.
    mutating func actors() -> [ActorRecord] {
        value(ActorsDocument.path, as: "a record of actors that apply wrote") { ActorsDocument(text: $0)?.actors } ?? []
    }

    /// The files of settings of services, of the name that apply gives to its own. Of what somebody else wrote nothing is told: it may hold
    /// secrets.
    mutating func dropIns() -> [UnitDropIn] {
        let suffix = ".d"
        let folders = (names(in: DropInFiles.folder) ?? []).filter { $0.hasSuffix(".service\(suffix)") }
        return folders.compactMap { folder in
            let unit = String(folder.dropLast(suffix.count))
            guard UnitDropIn.isPossible(unit) else { return nil }
            return text("\(DropInFiles.folder)/\(folder)/\(UnitDropIn.fileName)").map {
                UnitDropIn(unit: unit, text: UnitDropIn.isOurs($0) ? $0 : "")
            }
        }
    }
}
