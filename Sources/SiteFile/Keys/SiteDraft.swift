internal import Diagnostics

/// The file as it is written: every key read, nothing merged.
struct SiteDraft: Sendable {
    var name: Located<String>?
    var hosts: Located<[Named<HostDraft>]>?
    var flavors: Located<[Named<FlavorDraft>]>?
    var guests: Located<[Named<GuestDraft>]>?
    var include: Located<[Located<String>]>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<SiteDraft>(
        .site,
        [
            Key(
                "site", \.name, .text(.name), defaultValue: "default",
                "The site's name, written into the ownership mark of each domain"),
            Key("hosts", \.hosts, .named(.mapping(HostDraft.table, { HostDraft() })), "The hosts, by name"),
            Key(
                "flavors", \.flavors, .named(.mapping(FlavorDraft.table, { FlavorDraft() })),
                "Sizes and policies that guests share, by name"
            ),
            Key("guests", \.guests, .named(.mapping(GuestDraft.table, { GuestDraft() })), "The guests, by domain name"),
            Key(
                "include", \.include, .sequence(.text(.path)),
                "More files with flavors and guests, below the site file's folder"),
        ], broken: \.broken)
}
