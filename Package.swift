// swift-tools-version: 6.1
import PackageDescription

/// libFuzzer's driver, where Tests/fuzz/run builds what feeds the readers with made-up inputs; nil otherwise.
let fuzzer = Context.environment["NUMACTL_PLAN_FUZZER"]

/// Every target of ours is checked alike; a warning is an error. For libFuzzer each tells which way an input took.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-warnings-as-errors"] + (fuzzer == nil ? [] : ["-sanitize=fuzzer"])),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

/// A pure target: values and functions of values, opens nothing.
func pure(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A C library of the system that is not linked: functions of its names load it. They are for this program alone.
func loadedLate(_ name: String) -> Target {
    .target(name: name, cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"])])
}

/// The tests of one target.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        exclude: excluded[name, default: []], swiftSettings: strict)
}

/// Fixtures that tests read from the source tree and that are not sources.
let excluded: [String: [String]] = [
    "Commands": ["Cases", "Golden", "OnOneHost/Golden", "packages.txt"],
    "Diagnostics": ["Golden"],
    "DomainXML": ["Golden"],
    "LinuxHost": ["packages.txt"],
    "LivePlacement": ["Captured"],
    "Rendering": ["Golden"],
    "SiteFile": ["Golden"],
]

let package = Package(
    name: "numactl-plan",
    products: [.executable(name: "numactl-plan", targets: ["numactl-plan"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        // Those that only some commands need are loaded when they are called; the headers come with libvirt-dev and libnuma-dev.
        loadedLate("CLibvirt"),
        loadedLate("CNuma"),

        // Pure: values in, values out.
        pure("Diagnostics"),
        pure("YAMLTree", ["CYaml", "Diagnostics"]),
        pure("XMLTree", ["CLibXML2"]),
        pure("HostModel", ["XMLTree"]),
        pure("DomainXML", ["XMLTree", "HostModel"]),
        pure("SiteFile", ["YAMLTree", "HostModel", "Diagnostics"]),
        pure("Placement", ["SiteFile", "HostModel", "Diagnostics"]),
        pure("Planning", ["Placement", "SiteFile", "DomainXML", "XMLTree", "HostModel", "Diagnostics"]),
        pure("Execution", ["Planning", "DomainXML", "XMLTree", "HostModel", "Diagnostics"]),
        pure("LivePlacement", ["Planning", "Placement", "DomainXML", "HostModel", "Diagnostics"]),
        pure("Doctor", ["SiteFile", "HostModel", "Diagnostics"]),
        pure(
            "Rendering",
            ["Doctor", "LivePlacement", "Planning", "Placement", "SiteFile", "XMLTree", "HostModel", "Diagnostics"]),

        // Edges: the only targets that touch the world.
        .target(
            name: "LinuxHost",
            dependencies: [
                "Execution", "LivePlacement", "Doctor", "XMLTree", "HostModel", "Diagnostics", "CLinux", "CNuma",
                systemPackage,
            ],
            swiftSettings: strict),
        .target(
            name: "LibvirtHost",
            dependencies: ["Execution", "Planning", "XMLTree", "HostModel", "CLibvirt"],
            swiftSettings: strict),
        .target(
            name: "Commands",
            dependencies: [
                "Diagnostics", "HostModel", "YAMLTree", "XMLTree", "DomainXML", "SiteFile", "Placement", "Planning",
                "Execution",
                "LivePlacement", "Doctor", "Rendering", "LinuxHost", "LibvirtHost", argumentParser, systemPackage,
            ],
            swiftSettings: strict),
        .executableTarget(name: "numactl-plan", dependencies: ["Commands"], swiftSettings: strict),

        // Tests: one target a library.
        .target(
            name: "TestSupport", dependencies: ["Diagnostics", "XMLTree"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "FullHosts", dependencies: ["Placement", "SiteFile", "HostModel", "Diagnostics"],
            path: "Tests/FullHosts", swiftSettings: strict),
        // Measures the planner; Tests/bench/planner.sh runs it.
        .executableTarget(
            name: "planner-bench",
            dependencies: ["FullHosts", "Placement", "Planning", "SiteFile", "HostModel", "Diagnostics"],
            path: "Tests/bench/planner", swiftSettings: strict),
        tests("Diagnostics", []),
        tests("HostModel", []),
        tests("YAMLTree", ["Diagnostics"]),
        tests("XMLTree", []),
        tests("DomainXML", ["XMLTree", "HostModel"]),
        tests("SiteFile", ["FullHosts", "Rendering", "YAMLTree", "HostModel", "Diagnostics"]),
        tests("Placement", ["FullHosts", "SiteFile", "HostModel", "Diagnostics"]),
        tests("Planning", ["FullHosts", "Placement", "SiteFile", "HostModel", "Diagnostics", "DomainXML", "XMLTree"]),
        tests("Execution", ["Planning", "DomainXML", "XMLTree", "HostModel", "Diagnostics"]),
        tests("LivePlacement", ["Placement", "Planning", "DomainXML", "XMLTree", "HostModel", "Diagnostics"]),
        tests("Doctor", ["SiteFile", "YAMLTree", "HostModel", "Diagnostics"]),
        tests(
            "Rendering",
            [
                "Doctor", "LivePlacement", "Placement", "Planning", "SiteFile", "DomainXML", "YAMLTree", "XMLTree",
                "HostModel",
                "Diagnostics",
            ]),
        tests("LinuxHost", ["Execution", "LivePlacement", "Doctor", "HostModel", "Diagnostics", systemPackage]),
        tests("Commands", ["Rendering", "HostModel", "CLibvirt"]),
        tests(
            "LibvirtHost",
            ["CLibvirt", "Execution", "Planning", "DomainXML", "SiteFile", "Diagnostics", "XMLTree", "HostModel"]),
        // On a real host: started by Tests/system/run, skipped otherwise.
        .testTarget(name: "SystemTests", dependencies: ["TestSupport", "XMLTree"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

if let fuzzer {
    package.targets.append(
        .executableTarget(
            name: "fuzz-readers",
            dependencies: [
                "Commands", "DomainXML", "Execution", "HostModel", "LinuxHost", "Rendering", "SiteFile", "XMLTree",
                "YAMLTree", "Diagnostics",
            ],
            path: "Tests/fuzz/targets", swiftSettings: strict,
            // The driver alone: the main function is ours.
            linkerSettings: [.unsafeFlags([fuzzer]), .linkedLibrary("stdc++")]))
}
