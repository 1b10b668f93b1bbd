import ArgumentParser
import Commands

NumactlPlan.main()
