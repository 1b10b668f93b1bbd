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
                "resume it: virsh start \(name); or discard the saved memory: virsh managedsave-remove \(name)"
        )
    }

    /// The image stands in the way of nothing yet.
    var warning: Diagnostic {
        Diagnostic(
            .managedSave,
            "guest '\(name)' has a managed save image: its next start resumes with the settings that it was saved with",
            at: mark, severity: .warning,
            hint: "discard the image and the memory in it: virsh managedsave-remove \(name)")
    }
}
