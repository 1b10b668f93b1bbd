internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Planning
internal import Rendering
internal import XMLTree

/// The base files of a saved plan, read again: they give new guests their passwords, and they answer for what their definitions hold
/// beyond what a saved plan may carry.
struct BaseFiles {
    private let steps: [String: Step]
    /// Guests whose definitions were made again from their base files and are those of the plan.
    let matched: Set<String>
    private let failures: [String: CommandFailure]

    /// Reads the files that there are.
    init(file: PlanFile, world: World) {
        var steps: [String: Step] = [:]
        var failures: [String: CommandFailure] = [:]
        for step in file.steps {
            guard let name = step.guest, step.definition != nil,
                let base = file.bases.first(where: { $0.guest == name })
            else { continue }
            switch BaseFiles.definition(of: step, base, world) {
            case .success(let whole): steps[name] = step.with(definition: whole)
            case .failure(let failure): if base.holdsPasswords ?? true { failures[name] = failure }
            }
        }
        self.steps = steps
        self.failures = failures
        matched = Set(steps.keys)
    }

    /// The step as it is carried out.
    ///
    /// - Throws: ``CommandFailure`` for a new guest whose passwords are missing: 66 when the file is gone, 14 when it is another one.
    func completed(_ step: Step) throws -> Step {
        guard let name = step.guest, step.definition != nil else { return step }
        if let failure = failures[name] { throw failure }
        return steps[name] ?? step
    }

    private static func definition(
        of step: Step, _ base: PlanFile.Base, _ world: World
    ) -> Result<XMLElement, CommandFailure> {
        let bytes: [UInt8]
        do {
            bytes = try world.checked(base.path, 16 << 20)
        } catch let failure as CommandFailure {
            return .failure(failure)
        } catch {
            return .failure(
                CommandFailure(
                    .inputMissing,
                    [
                        Diagnostic(
                            .baseUnreadable,
                            "cannot read \(displayable(base.path)), which contains the passwords of \(displayable(base.guest))"
                        )
                    ]))
        }
        guard SHA256(of: bytes) == base.sha256, let document = try? XMLReader.read(bytes: bytes) else {
            return .failure(stale(base))
        }
        func template(_ wanted: WantedDefinition) -> XMLElement {
            DomainTemplate.domain(
                from: document, name: base.guest, isShared: base.isShared, machine: wanted.mark.machine)
        }
        let whole: XMLElement
        switch step {
        case .create(let create): whole = create.wanted.applied(to: template(create.wanted))
        case .rebase(let rebase):
            // The saved definition has what identifies the domain.
            whole = rebase.wanted.applied(
                to: DomainTemplate.domain(template(rebase.wanted), keepingIdentityOf: rebase.definition.element))
        default: return .failure(stale(base))
        }
        let isSame = step.definition.map { XMLWriter.write(DomainSecrets.removed(from: whole)) == XMLWriter.write($0) }
        return isSame == true ? .success(whole) : .failure(stale(base))
    }

    private static func stale(_ base: PlanFile.Base) -> CommandFailure {
        CommandFailure(
            .stalePlan,
            [
                Diagnostic(
                    .planFileStale, "stale: \(displayable(base.path)) is not the file that the plan was made from",
                    notes: ["it holds passwords of \(displayable(base.guest)), which are not in the plan"])
            ])
    }
}
