internal import Diagnostics

/// What is said of a guest with a managed save image.
struct ManagedSave {
    private let name: String
    private let mark: SourceMark?

    init(_ name: String, at mark: SourceMark?) {
        self.name = name
        self.mark = mark
    }

    /// The image stands in the way of what is wanted.
    func refusal(to what: String) -> Diagnostic {
        Diagnostic(
            .managedSave, "guest '\(name)' has a managed save image and cannot \(what) with it", at: mark,
            hint:
                "virsh start \(name) goes on with the image; virsh managedsave-remove \(name) drops it, with the saved memory"
        )
    }

    /// The image stands in the way of nothing yet.
    var warning: Diagnostic {
        Diagnostic(
            .managedSave,
            "guest '\(name)' has a managed save image: its next start goes on with the settings that it was saved with",
            at: mark, severity: .warning,
            hint: "virsh managedsave-remove \(name) drops the image, with the saved memory; then the definition counts")
    }
}
