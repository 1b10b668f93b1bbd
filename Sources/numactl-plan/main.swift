import Commands
import Glibc

exit(NumactlPlan.run(Array(CommandLine.arguments.dropFirst()), in: .live))
