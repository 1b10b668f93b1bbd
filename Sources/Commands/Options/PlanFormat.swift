internal import ArgumentParser
internal import Diagnostics
internal import Planning
internal import Rendering
internal import SiteFile

/// How a plan is shown. A new format is a case here, with what writes it in Rendering.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, markdown, html, svg

    /// Whether it is a picture or a page, which only shows a plan.
    var isPicture: Bool { self == .svg || self == .html }

    /// Whether the plan's findings are in it.
    var hasFindings: Bool { self != .text && self != .svg }

    /// Whether it can show how definitions change.
    var hasDefinitions: Bool { self == .text || self == .markdown || self == .html }
}

extension PlanningSession {
    /// The plan in the form that was asked for, with what was asked to be shown beside it.
    func rendered(_ options: ReviewOptions, as format: PlanFormat? = nil, status: ExitStatus, world: World) throws
        -> String
    {
        try options.details.demandKnown(guests.map(\.name.value) + result.plan.changedGuests)
        return switch format ?? options.format {
        case .text: PlanText(review(options)).text(color: world.hasColor, width: world.width)
        case .json: try json(status)
        case .markdown: PlanMarkdown(review(options), maximumBytes: options.maxBytes).text
        case .html:
            PlanHTML(
                review(options), picture: picture,
                before: HostPicture.before(facts, plan: result.plan, policy: policy, specs: guests)
            ).text
        case .svg: HostSVG(picture).text
        }
    }
}
