import Foundation
import Testing

@Suite("Passwords of a saved plan")
struct SavedPasswordTests {
    private let base = FileManager.default.temporaryDirectory.appending(path: "np-base-\(UUID().uuidString).xml")
    private static let document = """
        <domain type='kvm'><name>x</name><os><type>hvm</type></os>
          <devices><graphics type='vnc' passwd='geheim'/></devices></domain>
        """

    private func plan() throws -> SavedPlan {
        try Self.document.write(to: base, atomically: true, encoding: .utf8)
        return try SavedPlan(
            "site: lab\nhosts: {h: {}}\nguests: {a: {vcpus: 1, ram: 64MiB, base: \(base.path)}}\n")
    }

    @Test("are not in it, and are taken from the base file again")
    func withheld() throws {
        let plan = try plan()
        defer { try? FileManager.default.removeItem(at: base) }
        #expect(plan.made.status == 0, "\(plan.made.errors)")
        #expect(try !plan.text().contains("geheim"))
        #expect(try plan.text().contains(base.path))
        #expect(plan.apply().status == 69)
    }

    @Test("are missed when the base file is another one or gone")
    func changed() throws {
        let plan = try plan()
        try Self.document.replacing("geheim", with: "anders").write(to: base, atomically: true, encoding: .utf8)
        let stale = plan.apply()
        #expect(stale.status == 14)
        #expect(stale.errors.contains("NP723") && !stale.errors.contains("anders"))
        try FileManager.default.removeItem(at: base)
        let gone = plan.apply()
        #expect(gone.status == 66)
        #expect(gone.errors.contains("NP216"))
    }
}
