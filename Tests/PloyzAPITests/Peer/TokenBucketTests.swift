import Testing

@testable import PloyzAPI

struct TokenBucketTests {
    @Test func givesItsCapacityAtOnceAndThenItsRate() {
        var bucket = TokenBucket(capacity: 3, rate: 2, at: .seconds(100))
        #expect(take(from: &bucket, at: [100, 100, 100, 100]) == [true, true, true, false])
        #expect(take(from: &bucket, at: [100.4, 100.5, 100.5]) == [false, true, false])
        #expect(take(from: &bucket, at: [1000, 1000, 1000, 1000]) == [true, true, true, false])
    }

    @Test func aClockThatGoesBackGivesNothing() {
        var bucket = TokenBucket(capacity: 1, rate: 1, at: .seconds(10))
        #expect(take(from: &bucket, at: [10, 1, 10, 11]) == [true, false, false, true])
    }

    private func take(from bucket: inout TokenBucket, at seconds: [Double]) -> [Bool] {
        seconds.map { bucket.take(at: .seconds($0)) }
    }
}
