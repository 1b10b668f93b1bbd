internal import Diagnostics
internal import Planning
internal import Rendering

/// Shows the plans of many hosts one after the other, in the form that was asked for.
struct FleetOutput {
    let site: String
    let findings: [Diagnostic]
    let sources: [SourceText]
    let review: ReviewOptions
    let world: World
    private var entries: [FleetEntry] = []
    private var statuses: [ExitStatus] = []
    private var markdown: FleetMarkdown
    private var page: RackHTML

    init(site: String, findings: [Diagnostic], sources: [SourceText], review: ReviewOptions, world: World) {
        (self.site, self.findings, self.sources, self.review, self.world) = (site, findings, sources, review, world)
        markdown = FleetMarkdown(site: site, findings: findings, maximumBytes: review.maxBytes)
        page = RackHTML(site: site, findings: findings)
    }

    /// Shows what stands before the hosts.
    func begin() throws {
        switch review.format {
        case .json:
            let members = try FleetJSON.head(site: site, findings: findings).map(JSONText.member)
            world.say("{\n\(members.joined(separator: ",\n")),\n  \"hosts\" : [")
        case .text: world.tell(findings, sources: sources)
        case .markdown, .html, .svg: break
        }
    }

    /// Shows one host, or keeps it for the page.
    mutating func add(_ answer: FleetAnswer) {
        switch review.format {
        case .json: world.say((entries.isEmpty ? "\n" : ",\n") + answer.text)
        case .markdown: markdown.add(answer.entry, details: answer.details)
        case .html: if let tile = answer.tile { page.add(answer.entry, tile) }
        case .text, .svg: if !answer.text.isEmpty { world.say(answer.text) }
        }
        if !answer.findings.isEmpty { world.warn("host \(displayable(answer.entry.host))\n\(answer.findings)") }
        entries.append(answer.entry)
        statuses.append(answer.status)
    }

    /// Shows what stands behind the hosts.
    ///
    /// - Returns: The worst status of a host.
    func end() throws -> ExitStatus {
        let status = ExitStatus.worst(of: statuses)
        switch review.format {
        case .json:
            let members = try FleetJSON.tail(entries, exit: status.report).map(JSONText.member)
            world.say("\n  ],\n\(members.joined(separator: ",\n"))\n}\n")
        case .markdown: world.say(markdown.text)
        case .html: page.write(to: world.say)
        case .text, .svg:
            world.say(FleetText(entries, site: site).text(color: world.hasColor, width: world.width))
        }
        return status
    }
}
