import HostModel
import Testing

@Suite("The kernel's command line for others to read")
struct CommandLineRedactionTests {
    @Test(
        "has what is about CPUs and memory, and a count of the rest",
        arguments: [
            ("", "", 0),
            ("hugepagesz=1G hugepages=0:24,1:20 quiet", "hugepagesz=1G hugepages=0:24,1:20 quiet", 0),
            ("BOOT_IMAGE=/vmlinuz root=UUID=1 nohz_full=2-7 rd.luks.key=hunter2", "nohz_full=2-7", 3),
            ("x=\"isolcpus=1 hugepages=hunter2 y\" numa=off", "numa=off", 1),
            ("isolcpus_password=hunter2 isolcpus.x=1 isolcpus", "isolcpus", 2),
        ] as [(String, String, Int)])
    func redaction(line: String, text: String, leftOut: Int) {
        let redacted = KernelCommandLine.redacted(line)
        #expect(redacted.text == text)
        #expect(redacted.leftOut == leftOut)
    }
}
