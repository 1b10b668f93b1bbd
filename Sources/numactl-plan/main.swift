import Commands
import Glibc

exit(NumactlPlan.run(commandLine: CommandLine.arguments, in: .live))
