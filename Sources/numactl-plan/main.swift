import Commands

NumactlPlan.main()
