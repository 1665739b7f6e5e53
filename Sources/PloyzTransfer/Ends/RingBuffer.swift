import Glibc
import PloyzMigration
import PloyzModel

/// Bytes between a pipe and a socket, so that each may stop for a while without stopping the other: `zfs receive`
/// takes nothing while a transaction group is written, and `zfs send` gives nothing while it looks for what changed.
///
/// One thread moves the bytes in and out, so there is nothing to lock. The memory is mapped once. Until the ring is
/// used the kernel gives no page of it, and an empty ring begins at its start again: a stream that is taken as fast as
/// it comes touches little of it.
struct RingBuffer: ~Copyable {
    /// Bytes that it holds at most.
    let capacity: Int
    private(set) var count = 0
    private var start = 0
    private let memory: UnsafeMutableRawBufferPointer

    /// The most bytes that go in or out in one call: others have their turn in between.
    static let piece = 1 << 20

    /// - Throws: ``PloyzError`` `failed` when the address space for `capacity` bytes is not to be had.
    init(capacity: ByteCount) throws {
        let count = Int(clamping: max(1, capacity.bytes))
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address, address != MAP_FAILED else {
            throw PloyzError(
                .failed,
                "no memory for a stream's buffer of \(capacity)",
                state: "nothing of the stream was moved",
                next: "set a smaller stream_buffer in the configuration of ployzd, and restart it"
            )
        }
        self.capacity = count
        memory = UnsafeMutableRawBufferPointer(start: address, count: count)
    }

    deinit { munmap(memory.baseAddress, memory.count) }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == capacity }

    /// Lets `read` put bytes into free memory; it returns how many, nil and 0 for none. The ring must not be full.
    @discardableResult
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) throws -> Int?) rethrows -> Int? {
        precondition(!isFull)
        if isEmpty { start = 0 }
        let end = (start + count) % capacity
        let free = min((end < start ? start : capacity) - end, Self.piece)
        let added = try read(UnsafeMutableRawBufferPointer(rebasing: memory[end..<end + free]))
        precondition(0...free ~= added ?? 0)
        count += added ?? 0
        return added
    }

    /// Lets `write` take bytes, the oldest first, and returns how many it took. The ring must not be empty.
    @discardableResult
    mutating func drain(_ write: (UnsafeRawBufferPointer) throws -> Int) rethrows -> Int {
        precondition(!isEmpty)
        let full = min(count, capacity - start, Self.piece)
        let taken = try write(UnsafeRawBufferPointer(rebasing: memory[start..<start + full]))
        precondition(0...full ~= taken)
        start = (start + taken) % capacity
        count -= taken
        return taken
    }
}
