import Testing
@Suite struct PoolGrowthTests { @Test func none() { #expect(Bool(true)) } }
