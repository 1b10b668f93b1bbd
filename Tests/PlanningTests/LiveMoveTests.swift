import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("A running guest that moves while it runs")
struct LiveMoveTests {
    private static let page = PageSize(2_048)

    /// Three cells of four CPUs and 2 GiB each.
    private static let host = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<12),
        cells: (0..<3).map { id in
            Cell(
                id: CellID(id), cpus: CPUSet(numbers: id * 4..<id * 4 + 4), memory: 2_097_152,
                pools: [HugepagePool(pageSize: page, total: 0, free: 0)])
        })

    private static func guest(
        _ name: String, on cells: [CellID], mib: UInt64 = 512, paged: Bool = true,
        policy: GuestDemand.CPUPolicy = .shared
    ) -> GuestSpec {
        var demand = GuestDemand.even(
            cells.count, vcpus: 2, memory: KiB(mib * 1_024), policy: policy, page: paged ? .exactly(page) : nil)
        for (number, cell) in cells.enumerated() { demand.forcedCells[GuestCellID(number)] = Located(cell) }
        return GuestSpec(name: Located(name), state: Located(.running), demand: demand)
    }

    /// `before` runs, and the site says `after`, with moves agreed to or not.
    private static func request(
        _ before: [GuestSpec], then after: [GuestSpec], live: Bool = true, edit: (String) -> String = { $0 }
    ) -> PlanRequest {
        var request = PlanRequest(
            host: host, site: "test", policy: .plain(), guests: before, consent: PlanConsent(movesLive: live))
        request = request.applied(Planner.plan(request), state: .running)
        for index in request.host.domains.indices {
            request.host.domains[index].liveXML = request.host.domains[index].liveXML.map(edit)
        }
        request.guests = after
        return request
    }

    /// The same once the plan was applied: the definitions are new, the running domains have their notes.
    private static func applied(_ request: PlanRequest, _ plan: ExecutablePlan) throws -> PlanRequest {
        let live = Dictionary(uniqueKeysWithValues: request.host.domains.map { ($0.name, $0.liveXML) })
        var next = request.applied(plan, state: .running)
        for index in next.host.domains.indices {
            let name = next.host.domains[index].name
            var domain = try XMLReader.read(try #require((live[name] ?? nil) ?? next.host.domains[index].liveXML))
            var moved = MovedMemory(reading: domain)
            for case .moveMemory(let step) in plan.steps where step.guest == name {
                moved.cells[step.guestCell] = step.target
            }
            for case .pin(let step) in plan.steps where step.guest == name { domain.pin(step) }
            domain.note(moved)
            next.host.domains[index].liveXML = XMLWriter.write(domain)
        }
        return next
    }

    private static func moves(_ plan: ExecutablePlan) -> [String] {
        plan.steps.compactMap { step in
            guard case .moveMemory(let move) = step else { return nil }
            return "\(move.guest)[\(move.guestCell.map { "\($0)" } ?? "")] \(move.prior)>\(move.target)"
        }
    }

    @Test("has one step a guest cell that moves, before its pins; nothing waits, and the next plan is empty")
    func steps() throws {
        let request = Self.request([Self.guest("a", on: [0, 1])], then: [Self.guest("a", on: [2, 1])])
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>2"])
        #expect(plan.plan.restartPending.isEmpty && plan.plan.pending.isEmpty)
        let change = try #require(plan.plan.changes.first { $0.address == "guest/a" })
        #expect(change.consents == [.moveLive] && change.disruption == .live)
        #expect(change.parts.filter { $0.bindsMemory }.allSatisfy { $0.when == .live })
        #expect(plan.steps.contains { if case .pin = $0 { true } else { false } })

        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(
            steps: plan.steps, preconditions: preconditions, defaultHugePage: request.host.defaultHugePage)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        #expect(
            SavedPlanRules(steps: plan.steps, preconditions: preconditions, site: "test", host: request.host)
                .problems.isEmpty)

        let again = Planner.plan(try Self.applied(request, plan))
        #expect(again.steps.isEmpty && again.plan.verdict == .noChanges, "\(again.plan.changes)")
        #expect(again.plan.restartPending.isEmpty)
    }

    @Test("leaves nothing to do after any change of places, unless somebody waits")
    func anywhere() throws {
        var dice = SplitMix(seed: 17)
        var moved = 0
        for round in 0..<100 {
            func guests() -> [GuestSpec] {
                ["a", "b", "c"].map { name in
                    let cell = CellID(dice.number(0...2))
                    var guest = Self.guest(name, on: [cell], mib: 256, paged: name != "c")
                    if name == "a" { guest = Self.guest(name, on: [cell], mib: 256, policy: .dedicated) }
                    if name == "b" {
                        let other = CellID((cell.rawValue + dice.number(1...2)) % 3)
                        guest = Self.guest(name, on: [cell, other], mib: 256)
                    }
                    return guest
                }
            }
            let request = Self.request(guests(), then: guests())
            let plan = Planner.plan(request)
            guard !plan.plan.diagnostics.contains(where: { $0.code == .notMovedLive }) else { continue }
            moved += Self.moves(plan).count
            let again = Planner.plan(try Self.applied(request, plan))
            #expect(again.steps.isEmpty, "round \(round): \(again.steps.map(\.order)) after \(plan.steps.map(\.order))")
            #expect(plan.plan.restartPending.isEmpty, "round \(round): \(plan.plan.pending)")
        }
        #expect(moved > 50)
    }

    @Test("does so as well where rebalancing proposes the move")
    func rebalanced() throws {
        var host = Self.host
        host.cells[0].distances = [0: 10, 1: 12, 2: 32]
        host.cells[1].distances = [0: 12, 1: 10, 2: 12]
        host.cells[2].distances = [0: 32, 1: 12, 2: 10]
        var request = PlanRequest(
            host: host, site: "test", policy: .plain(),
            guests: [Self.guest("a", on: [0, 2], policy: .dedicated)], consent: PlanConsent(movesLive: true))
        request = request.applied(Planner.plan(request), state: .running)
        request.guests[0].demand.forcedCells = [:]
        #expect(Planner.plan(request).steps.isEmpty)
        request.rebalances = true
        let plan = Planner.plan(request)
        #expect(!plan.plan.moves.isEmpty && !Self.moves(plan).isEmpty, "\(plan.steps.map(\.order))")
        let change = try #require(plan.plan.changes.first { $0.address == "guest/a" })
        #expect(Set(change.consents).isSuperset(of: [.rebalance, .moveLive]))
        #expect(plan.plan.restartPending.isEmpty)
    }

    @Test("does so only when that is agreed to; else the plan offers it")
    func offered() throws {
        let request = Self.request([Self.guest("a", on: [0])], then: [Self.guest("a", on: [1])], live: false)
        let plan = Planner.plan(request)
        #expect(Self.moves(plan).isEmpty && plan.plan.restartPending == ["a"])
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .runningGuestMoves })
        #expect(finding.hint?.contains("--live, which moves its 512MiB while it runs") == true)
    }

    /// Carries the moves out on numbers alone, and looks whether each finds room while all of what moves is still where it was.
    private static func misfits(_ plan: ExecutablePlan, from guests: [GuestSpec]) -> [String] {
        var pages = [CellID: Int](), ordinary = [CellID: Int](), pools = [CellID: Int]()
        for guest in guests {
            guard let cell = guest.demand.forcedCells[0]?.value else { return ["\(guest.name.value) is nowhere"] }
            let size = Int(guest.demand.memory.count)
            if guest.demand.pageSize == nil {
                ordinary[cell, default: 0] += size
            } else {
                pages[cell, default: 0] += size
            }
        }
        pools = pages
        for case .setPool(let pool) in plan.steps {
            pools[pool.pool.cell] = Int((pool.beforeMoves ?? pool.target).count) * 2_048
        }
        var misfits: [String] = []
        func look(_ what: String) {
            for cell in [0, 1, 2] as [CellID] {
                let (held, pool) = (pages[cell, default: 0], pools[cell, default: 0])
                if held > pool || ordinary[cell, default: 0] + pool > 2_097_152 {
                    misfits.append("\(what): cell \(cell)")
                }
            }
        }
        look("at first")
        for case .moveMemory(let move) in plan.steps {
            let isPaged = guests.first { $0.name.value == move.guest }?.demand.pageSize != nil
            func add(_ cell: CellID, _ size: Int) {
                if isPaged { pages[cell, default: 0] += size } else { ordinary[cell, default: 0] += size }
            }
            add(move.target, Int(move.memory.count))
            look("\(move.guest) to \(move.target)")
            add(move.prior, -Int(move.memory.count))
        }
        for case .setPool(let pool) in plan.steps { pools[pool.pool.cell] = Int(pool.target.count) * 2_048 }
        look("at last")
        return misfits
    }

    @Test("finds room at each of its moves, on full hosts too, and comes to where it is wanted")
    func everyMoveHasRoom() throws {
        var dice = SplitMix(seed: 23)
        var (stops, waits, growths) = (0, 0, 0)
        for round in 0..<150 {
            let names = ["a", "b", "c", "d", "e"].prefix(dice.number(2...5))
            let shapes = names.map { name in
                (name: name, mib: UInt64(dice.number(3...12) * 100), paged: dice.chance(60))
            }
            func guests() -> [GuestSpec] {
                shapes.map { Self.guest($0.name, on: [CellID(dice.number(0...2))], mib: $0.mib, paged: $0.paged) }
            }
            let before = guests()
            let request = Self.request(before, then: guests())
            guard !request.host.domains.isEmpty else { continue }
            let plan = Planner.plan(request)
            guard plan.plan.verdict == .changes else { continue }
            #expect(Self.misfits(plan, from: before).isEmpty, "round \(round): \(plan.steps.map(\.order))")
            let moves = plan.steps.compactMap { if case .moveMemory(let move) = $0 { move } else { nil } }
            for guest in request.guests {
                guard let last = moves.last(where: { $0.guest == guest.name.value }) else { continue }
                #expect(last.target == guest.demand.forcedCells[0]?.value)
            }
            stops += moves.count - Set(moves.map(\.guest)).count
            waits += plan.plan.diagnostics.count { $0.code == .notMovedLive }
            growths += plan.plan.diagnostics.count { $0.code == .poolGrowsForMoves }
        }
        #expect(stops > 0 && waits > 0 && growths > 0, "\(stops), \(waits), \(growths)")
    }

    @Test("leaves memory into which a pool grows in the same plan, so that a new guest starts there")
    func roomForPool() throws {
        let before = [Self.guest("a", on: [0], mib: 1_200, paged: false)]
        let after = [Self.guest("a", on: [1], mib: 1_200, paged: false), Self.guest("n", on: [0], mib: 1_000)]
        let request = Self.request(before, then: after)
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[] 0>1"] || Self.moves(plan) == ["a[0] 0>1"])
        let pools = plan.steps.compactMap { if case .setPool(let pool) = $0 { pool } else { nil } }
        let pool = try #require(pools.first { $0.pool.cell == 0 })
        #expect(pool.target == 500 && plan.poolTargets[pool.pool] == 500)
        let first = try #require(pool.beforeMoves)
        #expect(pool.prior <= first && first.count * 2_048 + 1_200 * 1_024 <= 2_097_152)
        #expect(plan.steps.contains(.start(name: "n")), "\(plan.steps.map(\.order))")
        #expect(!plan.plan.diagnostics.contains { $0.code == .poolGrowthHeld || $0.code == .heldUntilRestart })
        #expect(Self.misfits(plan, from: before).isEmpty)
        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(
            steps: plan.steps, preconditions: preconditions, defaultHugePage: request.host.defaultHugePage)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        #expect(
            SavedPlanRules(steps: plan.steps, preconditions: preconditions, site: "test", host: request.host)
                .problems.isEmpty)
        #expect(Planner.plan(try Self.applied(request, plan)).steps.isEmpty)

        // Where it does not move, the pool waits for its restart as before.
        let waiting = Planner.plan(Self.request(before, then: after, live: false))
        #expect(waiting.plan.diagnostics.contains { $0.code == .poolGrowthHeld })
        #expect(!waiting.steps.contains { if case .setPool(let pool) = $0 { pool.beforeMoves != nil } else { false } })
    }

    @Test("leaves its memory to pools on full hosts too: where all can move, none is short and the next plan empty")
    func roomForPools() throws {
        var dice = SplitMix(seed: 31)
        var late = 0
        for round in 0..<150 {
            let shapes = ["a", "b", "c", "d"].prefix(dice.number(1...4)).map { name in
                (name: name, mib: UInt64(dice.number(3...14) * 100), paged: dice.chance(30))
            }
            func guests() -> [GuestSpec] {
                shapes.map { Self.guest($0.name, on: [CellID(dice.number(0...2))], mib: $0.mib, paged: $0.paged) }
            }
            let before = guests()
            let new = Self.guest("n", on: [CellID(dice.number(0...2))], mib: UInt64(dice.number(3...14) * 100))
            let request = Self.request(before, then: guests() + [new])
            guard !request.host.domains.isEmpty else { continue }
            let plan = Planner.plan(request)
            guard plan.plan.verdict == .changes else { continue }
            #expect(Self.misfits(plan, from: before).isEmpty, "round \(round): \(plan.steps.map(\.order))")
            let pools = plan.steps.compactMap { if case .setPool(let pool) = $0 { pool } else { nil } }
            late += pools.count { $0.beforeMoves != nil }
            guard !plan.plan.diagnostics.contains(where: { $0.code == .notMovedLive }) else { continue }
            for pool in pools {
                #expect(pool.target >= plan.poolTargets[pool.pool] ?? .zero, "\(round): \(pool.pool) \(pool.target)")
            }
            #expect(plan.steps.contains(.start(name: "n")), "round \(round): \(plan.steps.map(\.order))")
            let again = Planner.plan(try Self.applied(request, plan))
            #expect(again.steps.isEmpty, "round \(round): \(again.steps.map(\.order))")
        }
        #expect(late > 5, "\(late)")
    }

    @Test("does so also where its definition was changed by an earlier plan")
    func pending() throws {
        var request = Self.request([Self.guest("a", on: [0])], then: [Self.guest("a", on: [1])], live: false)
        let live = request.host.domains[0].liveXML
        request = request.applied(Planner.plan(request), state: .running)
        request.host.domains[0].liveXML = live
        #expect(Planner.plan(request).plan.restartPending == ["a"])
        request.consent.movesLive = true
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>1"] && plan.plan.restartPending.isEmpty)
    }

    @Test("goes on where a move was broken off: pages that are there already are its own, and need no others")
    func brokenOff() throws {
        var request = Self.request([Self.guest("a", on: [0])], then: [Self.guest("a", on: [1])])
        let first = Planner.plan(request)
        // The pool has grown, the definition is new, and a part of the pages has moved.
        let live = try #require(request.host.domains[0].liveXML)
        request = request.applied(first, state: .running)
        var domain = try XMLReader.read(live)
        var moved = MovedMemory()
        moved.moving[0] = 1
        domain.note(moved)
        request.host.domains[0].liveXML = XMLWriter.write(domain)
        request.host.cells[1].pools[0].free = 200
        request.host.cells[0].pools[0].free = 56
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>1"])
        #expect(!plan.steps.contains { if case .setPool = $0 { true } else { false } }, "\(plan.steps.map(\.order))")
        #expect(plan.poolTargets[PoolID(cell: 1, pageSize: Self.page)] == 256)
    }

    @Test(
        "waits for its restart, and the plan says why",
        arguments: [
            (
                "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>",
                "its host devices use its memory where it is"
            ),
            ("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>", "its host devices"),
            (
                "<memory model='virtio-mem'><target><size unit='KiB'>1024</size></target></memory>",
                "it has memory devices"
            ),
            ("<memballoon model='virtio' freePageReporting='on'/>", "its balloon would take memory"),
        ])
    func obstacles(device: String, words: String) throws {
        let request = Self.request([Self.guest("a", on: [0])], then: [Self.guest("a", on: [1])]) {
            $0.replacing("</devices>", with: "\(device)</devices>")
        }
        let plan = Planner.plan(request)
        #expect(Self.moves(plan).isEmpty && plan.plan.restartPending == ["a"])
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .notMovedLive })
        #expect(finding.message.contains(words), "\(finding.message)")
    }

    @Test(
        "not with cells of ordinary pages, not with other pages, not with encrypted memory, and not with less than all of it"
    )
    func shapes() throws {
        func reason(
            _ before: GuestSpec, _ after: GuestSpec, _ edit: (String) -> String = { $0 }
        ) -> String? {
            let plan = Planner.plan(Self.request([before], then: [after], edit: edit))
            #expect(Self.moves(plan).isEmpty)
            return plan.plan.diagnostics.first { $0.code == .notMovedLive }?.message
        }
        let ordinary = reason(
            Self.guest("a", on: [0, 1], paged: false), Self.guest("a", on: [2, 1], paged: false))
        #expect(ordinary?.contains("several cells of ordinary pages") == true)
        let pages = reason(Self.guest("a", on: [0]), Self.guest("a", on: [1], paged: false))
        #expect(pages?.contains("other cells, memory or pages") == true)
        let sealed = reason(Self.guest("a", on: [0]), Self.guest("a", on: [1])) {
            $0.replacing("<devices>", with: "<launchSecurity type='sev'/><devices>")
        }
        #expect(sealed?.contains("encrypted") == true)
        let less = reason(Self.guest("a", on: [0]), Self.guest("a", on: [1])) {
            $0.replacing("</memory>", with: "</memory><currentMemory unit='KiB'>262144</currentMemory>")
        }
        #expect(less?.contains("balloon") == true)
    }

    @Test("comes when its place is free: first who has room, then who gets the room that this one leaves")
    func order() throws {
        // 2 GiB a cell: the one on cell 1 must go to cell 2 before the other has room there.
        let before = [
            Self.guest("a", on: [0], mib: 1_200, paged: false), Self.guest("b", on: [1], mib: 1_200, paged: false),
        ]
        let after = [
            Self.guest("a", on: [1], mib: 1_200, paged: false), Self.guest("b", on: [2], mib: 1_200, paged: false),
        ]
        let plan = Planner.plan(Self.request(before, then: after))
        #expect(Self.moves(plan) == ["b[0] 1>2", "a[0] 0>1"])
        #expect(plan.plan.restartPending.isEmpty)
    }

    /// a and b on cells 0 and 1, which have no room for both, and what is on cell 2.
    private static func exchange(
        paged: Bool = false, third: UInt64? = nil, policy: GuestDemand.CPUPolicy = .shared
    ) -> PlanRequest {
        func guests(_ first: CellID, _ second: CellID) -> [GuestSpec] {
            [
                guest("a", on: [first], mib: 1_200, paged: paged, policy: policy),
                guest("b", on: [second], mib: 1_200, paged: paged, policy: policy),
            ]
                + (third.map { [guest("c", on: [2], mib: $0, paged: paged)] } ?? [])
        }
        return request(guests(0, 1), then: guests(1, 0))
    }

    @Test("goes by way of a third cell where two change places and neither has room before the other has gone")
    func thirdCell() throws {
        let request = Self.exchange()
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>2", "b[0] 1>0", "a[0] 2>1"])
        #expect(plan.plan.restartPending.isEmpty && plan.plan.pending.isEmpty)
        let moving = try #require(plan.plan.diagnostics.first { $0.code == .runningGuestMoves })
        #expect(moving.message.contains("from cell 0 to cell 1 by way of cell 2 while it runs, 1200MiB of memory"))
        let change = try #require(plan.plan.changes.first { $0.address == "guest/a" })
        let memory = try #require(change.parts.first { $0.key == .setting(.memNode(0)) })
        #expect(memory.when == .live)

        let preconditions = Preconditions(of: plan.steps, on: request.host)
        let told = ToldChanges(
            steps: plan.steps, preconditions: preconditions, defaultHugePage: request.host.defaultHugePage)
        #expect(told.changes.map(ShownChange.init) == plan.plan.changes.map(ShownChange.init))
        func problems(_ steps: [Step]) -> [String] {
            SavedPlanRules(steps: steps, preconditions: preconditions, site: "test", host: request.host).problems
                .map(\.message)
        }
        #expect(problems(plan.steps).isEmpty)
        // Steps that do not follow each other.
        let broken = plan.steps.map { step in
            guard case .moveMemory(let move) = step, move.prior == 2 else { return step }
            return .moveMemory(name: "a", cell: 0, prior: 1, target: 2, memory: move.memory)
        }
        #expect(problems(broken) == ["the move before it goes to cell 2 and not to cell 1"])

        let again = Planner.plan(try Self.applied(request, plan))
        #expect(again.steps.isEmpty && again.plan.restartPending.isEmpty, "\(again.steps.map(\.order))")
    }

    @Test("goes on from the third cell, and from halfway there, where it was broken off")
    func fromThirdCell() throws {
        var request = Self.exchange(paged: true)
        request.host.cells[2].pools[0].total = 600
        request.host.cells[2].pools[0].free = 600
        let first = Planner.plan(request)
        #expect(Self.moves(first) == ["a[0] 0>2", "b[0] 1>0", "a[0] 2>1"])
        for (moved, moving, used, steps) in [
            ([0: 2], [:], [0, 600, 600], ["b[0] 1>0", "a[0] 2>1"]),
            ([:], [0: 2], [300, 600, 300], ["a[0] 0>2", "b[0] 1>0", "a[0] 2>1"]),
        ] as [([GuestCellID?: CellID], [GuestCellID?: CellID], [UInt64], [String])] {
            var next = request.applied(first, state: .running)
            for index in next.host.domains.indices {
                next.host.domains[index].liveXML = request.host.domains[index].liveXML
            }
            var domain = try XMLReader.read(try #require(request.host.domains[0].liveXML))
            var note = MovedMemory(moved)
            note.moving = moving
            domain.note(note)
            next.host.domains[0].liveXML = XMLWriter.write(domain)
            for (cell, used) in used.enumerated() {
                next.host.cells[cell].pools[0].total = 600
                next.host.cells[cell].pools[0].free = PageCount(600 - used)
            }
            let plan = Planner.plan(next)
            #expect(Self.moves(plan) == steps)
            #expect(plan.poolTargets == first.poolTargets)
        }
    }

    @Test("goes on from the third cell onto CPUs of one that is there already and waits for those of this one")
    func ringOfCPUs() throws {
        let request = Self.exchange(policy: .dedicated)
        let first = Planner.plan(request)
        var next = request.applied(first, state: .running)
        for (index, cell) in [(0, CellID(2)), (1, CellID(0))] {
            var domain = try XMLReader.read(try #require(request.host.domains[index].liveXML))
            domain.note(MovedMemory([0: cell]))
            next.host.domains[index].liveXML = XMLWriter.write(domain)
        }
        let plan = Planner.plan(next)
        #expect(Self.moves(plan) == ["a[0] 2>1"], "\(plan.plan.diagnostics.map(\.message))")
        #expect(plan.plan.restartPending.isEmpty)
        let pinned = Set(plan.steps.filter { if case .pin = $0 { true } else { false } }.map(\.guest))
        #expect(pinned == ["a", "b"])
    }

    @Test("has pools grow for that, if memory is free for good, and says so")
    func growingPools() throws {
        let request = Self.exchange(paged: true)
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>2", "b[0] 1>0", "a[0] 2>1"])
        let finding = try #require(plan.plan.diagnostics.first { $0.code == .poolGrowsForMoves })
        #expect(finding.message.contains("the pool of 2MiB pages on cell 2 gets 600 more pages"))
        #expect(plan.steps.contains(.setPool(PoolID(cell: 2, pageSize: Self.page), prior: 0, target: 600)))
        #expect(plan.poolTargets[PoolID(cell: 2, pageSize: Self.page)] == 0)
        // Not into memory that somebody will need, and not where pools are taken as they are.
        #expect(Self.moves(Planner.plan(Self.exchange(paged: true, third: 1_000))).isEmpty)
        var unmanaged = request
        unmanaged.policy.managesPools = false
        #expect(Self.moves(Planner.plan(unmanaged)).isEmpty)
    }

    @Test("straight where there is room for that")
    func straightExchange() throws {
        let before = [
            Self.guest("a", on: [0], mib: 500, paged: false), Self.guest("b", on: [1], mib: 500, paged: false),
        ]
        let after = [
            Self.guest("a", on: [1], mib: 500, paged: false), Self.guest("b", on: [0], mib: 500, paged: false),
        ]
        #expect(Self.moves(Planner.plan(Self.request(before, then: after))) == ["a[0] 0>1", "b[0] 1>0"])
    }

    @Test("not where no cell has room on the way")
    func noWay() throws {
        let plan = Planner.plan(Self.exchange(third: 1_000))
        #expect(Self.moves(plan).isEmpty && plan.plan.restartPending == ["a", "b"])
        #expect(
            plan.plan.diagnostics.filter { $0.code == .notMovedLive }.map(\.message).allSatisfy {
                $0.contains("in no order is its new place free") && $0.contains("by way of another cell")
            })
    }

    @Test("a guest's own cells change places by turns, with pages that the pools get for that")
    func ownExchange() throws {
        let (before, after) = ([Self.guest("a", on: [0, 1])], [Self.guest("a", on: [1, 0])])
        var request = Self.request(before, then: after)
        #expect(Self.moves(Planner.plan(request)).count == 2)
        for cell in [0, 1] {
            request.host.cells[cell].pools[0].total = 384
            request.host.cells[cell].pools[0].free = 256
        }
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["a[0] 0>1", "a[1] 1>0"])
        #expect(!plan.plan.diagnostics.contains { $0.code == .poolGrowsForMoves })
    }

    @Test("by turns: cells of two guests, each making room for the other's")
    func turns() throws {
        // Neither can go as a whole: one of b's cells needs the room that a leaves, a that of b's other.
        let before = [Self.guest("a", on: [0], mib: 800), Self.guest("b", on: [1, 2], mib: 1_600)]
        let after = [Self.guest("a", on: [1], mib: 800), Self.guest("b", on: [2, 0], mib: 1_600)]
        var request = Self.request(before, then: after)
        request.host.cells[2].pools[0].total = 800
        request.host.cells[2].pools[0].free = 400
        let plan = Planner.plan(request)
        #expect(Self.moves(plan) == ["b[0] 1>2", "a[0] 0>1", "b[1] 2>0"])
    }

    @Test("leaves its pages to one that starts in the same plan")
    func leavingRoom() throws {
        let (before, new) = (Self.guest("a", on: [0], mib: 1_200), Self.guest("b", on: [0], mib: 1_200))
        let plan = Planner.plan(Self.request([before], then: [Self.guest("a", on: [1], mib: 1_200), new]))
        #expect(plan.plan.verdict == .changes, "\(plan.plan.diagnostics.map(\.message))")
        #expect(Self.moves(plan) == ["a[0] 0>1"] && plan.steps.contains(.start(name: "b")))
    }

    @Test("finds a way through many that are in each other's way, or says that it gave up")
    func many() throws {
        // A ring of guests over all cells, one step on each; the one room is on the last cell.
        func guests(_ turn: Int) -> [GuestSpec] {
            (0..<9).map { Self.guest("g\($0)", on: [CellID(($0 + turn) % 3)], mib: 500, paged: false) }
        }
        let plan = Planner.plan(Self.request(guests(0), then: guests(1)))
        #expect(Self.moves(plan).count == 9 && plan.plan.restartPending.isEmpty, "\(Self.moves(plan))")
    }

    @Test("not onto CPUs that one has alone who waits for his restart")
    func cpus() throws {
        let before = [
            Self.guest("a", on: [0], policy: .dedicated), Self.guest("b", on: [1], mib: 256, policy: .dedicated),
            Self.guest("c", on: [1], mib: 256, policy: .dedicated),
        ]
        let after = [
            Self.guest("a", on: [1], policy: .dedicated), Self.guest("b", on: [0], mib: 256, policy: .dedicated),
            before[2],
        ]
        // b has a device and stays, with the two CPUs of cell 1 that a would get.
        var request = Self.request(before, then: after)
        request.host.domains[1].liveXML = request.host.domains[1].liveXML?.replacing(
            "</devices>", with: "<hostdev mode='subsystem' type='mdev'/></devices>")
        let plan = Planner.plan(request)
        #expect(Self.moves(plan).isEmpty)
        let reasons = plan.plan.diagnostics.filter { $0.code == .notMovedLive }.map(\.message)
        #expect(reasons.contains { $0.contains("'b' has its CPUs until restarted") }, "\(reasons)")
    }
}

extension XMLElement {
    /// Pins a thread as libvirt does in a running domain.
    fileprivate mutating func pin(_ step: PinStep) {
        modifyFirst("cputune") { tune in
            for index in tune.children.indices {
                guard case .element(var pin) = tune.children[index] else { continue }
                let isIt =
                    switch step.thread {
                    case .vcpu(let vcpu): pin.name == "vcpupin" && pin[attribute: "vcpu"] == "\(vcpu)"
                    case .emulator: pin.name == "emulatorpin"
                    case .ioThread: false
                    }
                guard isIt else { continue }
                pin[attribute: "cpuset"] = "\(step.target)"
                tune.children[index] = .element(pin)
            }
        }
    }

    private mutating func modifyFirst(_ name: String, _ change: (inout XMLElement) -> Void) {
        for index in children.indices {
            guard case .element(var child) = children[index], child.name == name else { continue }
            change(&child)
            children[index] = .element(child)
        }
    }

    /// Writes where memory was moved, as libvirt does: with the namespace.
    fileprivate mutating func note(_ moved: MovedMemory) {
        guard var element = moved.element else { return }
        element.attributes.append(.init("xmlns", MovedMemory.namespace))
        modifyFirst("metadata") { $0.children.append(.element(element)) }
    }
}
