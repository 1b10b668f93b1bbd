public import Diagnostics
public import HostModel
public import SiteFile

/// Everything that the doctor looks at: what was read of a host, and nil for what could not be read.
public struct Observations: Hashable, Sendable {
    /// The host's facts, libvirt's side included where it was asked.
    public var facts: HostFacts
    /// What the site asks of this host; nil without a site.
    public var site: SiteNeeds?
    /// Hardware virtualization.
    public var kvm: KVM?
    /// The controllers of the kernel's control groups, such as `cpuset`; nil when none are mounted or nobody looked.
    public var cgroupControllers: Set<String>?
    /// Settings below `/proc/sys` by their dotted names, such as `kernel.numa_balancing`.
    public var sysctl: [String: String]
    /// Other settings of the kernel by their path below `/sys`, such as `kernel/mm/transparent_hugepage/enabled`.
    public var sysfs: [String: String]
    /// What the configuration files for sysctl set, in the order in which they take effect; nil when nobody looked.
    public var sysctlFiles: [ConfiguredSetting]?
    /// Devices and files that memory is swapped to; nil when nobody looked.
    public var swaps: [String]?
    /// The active profile of tuned and what it sets; nil without tuned.
    public var tuned: TunedProfile?
    /// Domains that have an image of a managed save, ascending; nil when nobody may look.
    public var managedSaves: [String]?
    /// What the service libvirt-guests does at shutdown; nil where it is not enabled.
    public var guestsAtShutdown: String?
    /// The targets of the boot file for pages of 1 GiB and more; nil without a boot file.
    public var bootTargets: [PoolID: PageCount]?
    /// What the boot file says is kept off dedicated CPUs; nil for nothing, or without a boot file.
    public var isolation: CPUIsolation?
    /// Whether the boot unit is enabled; nil when nobody looked.
    public var bootUnitEnabled: Bool?
    /// Whether SELinux enforces its policy.
    public var enforcesSELinux: Bool
    /// Whether AppArmor is on.
    public var hasAppArmor: Bool
    /// What of the site's guests would fail to start or keeps the plan from being carried out; nil when nobody looked.
    public var guestProblems: [Diagnostic]?
    /// Whether the files of the host were looked at at all; a facts document has none.
    public var hasFiles: Bool

    /// A host of which only the facts are known.
    public init(facts: HostFacts, site: SiteNeeds? = nil) {
        self.facts = facts
        self.site = site
        sysctl = [:]
        sysfs = [:]
        enforcesSELinux = false
        hasAppArmor = false
        hasFiles = false
    }
}

/// What a site asks of one host.
public struct SiteNeeds: Hashable, Sendable {
    /// The host's entry.
    public var policy: HostPolicy
    /// The guests on this host, absent ones left out.
    public var guests: [GuestSpec]

    package init(policy: HostPolicy, guests: [GuestSpec]) {
        self.policy = policy
        self.guests = guests.filter { $0.state?.value != .absent }
    }

    /// The names of the guests for which something holds, ascending.
    func guests(where holds: (GuestDemand) -> Bool) -> [String] {
        guests.filter { holds($0.demand) }.map(\.name.value).sorted()
    }
}

/// Hardware virtualization, as the kernel offers it.
public struct KVM: Hashable, Sendable {
    /// Whether there is a `/dev/kvm`.
    public var hasDevice: Bool
    /// Whether the CPUs can do it at all; nil when they do not tell.
    public var isInCPUs: Bool?
    /// The module that is loaded: `kvm_intel` or `kvm_amd`; nil for none, or on other architectures.
    public var module: String?
    /// Whether guests may have guests of their own; nil when the module does not tell.
    public var isNested: Bool?

    package init(hasDevice: Bool, isInCPUs: Bool?, module: String?, isNested: Bool?) {
        self.hasDevice = hasDevice
        self.isInCPUs = isInCPUs
        self.module = module
        self.isNested = isNested
    }
}

/// One line of a configuration file.
public struct ConfiguredSetting: Hashable, Sendable {
    /// The file, named from the root.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The setting's dotted name.
    public var name: String
    /// Its value.
    public var value: String

    package init(file: String, line: Int, name: String, value: String) {
        self.file = file
        self.line = line
        self.name = name
        self.value = value
    }
}

/// A profile of tuned.
public struct TunedProfile: Hashable, Sendable {
    /// The profile's name.
    public var name: String
    /// Lines of the profile that are about huge pages, NUMA balancing, KSM or isolated CPUs, in their order.
    public var lines: [String]

    package init(name: String, lines: [String]) {
        self.name = name
        self.lines = lines
    }
}
