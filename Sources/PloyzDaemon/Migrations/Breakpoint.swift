import PloyzMigration
import PloyzModel
import SystemPackage

// A debug build stops itself at a named moment of a migration, so that a fault can be made to happen exactly there. In a
// release build nothing of this exists: the extensions hand back what they are given.
//
//     written perform stop     the owner's journal names the stop as the next step; it has not begun
//     unwritten perform stop   the step before it is done, and the journal does not say so yet
//     written target starting  the same of the target's journal
//     stopped                  an event of the owner: round 1, round last, ready, committed, switched, returned, finished
//     progress 5000000         the target has acknowledged so many bytes of a volume's stream, or more
//     before start, after start    an order that this machine obeys as a target: prepare, ticket, adopt, start, settle, discard

extension Journal {
    /// A journal that stops the daemon where a breakpoint says so.
    func stoppingAtBreakpoints() -> any Journal {
        #if DEBUG || PLOYZ_BREAKPOINTS
            BreakpointJournal(base: self)
        #else
            self
        #endif
    }
}

extension Peer {
    /// A target that stops the daemon where a breakpoint says so.
    func stoppingAtBreakpoints() -> any Peer {
        #if DEBUG || PLOYZ_BREAKPOINTS
            BreakpointPeer(base: self)
        #else
            self
        #endif
    }
}

extension Transfer {
    /// A sender that stops the daemon where a breakpoint says so.
    func stoppingAtBreakpoints() -> any Transfer {
        #if DEBUG || PLOYZ_BREAKPOINTS
            BreakpointTransfer(base: self)
        #else
            self
        #endif
    }
}

extension MigrationEvent {
    /// Stops the daemon when a breakpoint names this event.
    func stopAtBreakpoint() {
        #if DEBUG || PLOYZ_BREAKPOINTS
            switch content {
            case .phaseChanged(let phase): Breakpoint.pass("phase \(phase.rawValue)")
            case .roundDone(let round): Breakpoint.pass(round.isLast ? "round last" : "round \(round.number)")
            case .workloadStopped: Breakpoint.pass("stopped")
            case .candidateReady: Breakpoint.pass("ready")
            case .committed: Breakpoint.pass("committed")
            case .switched: Breakpoint.pass("switched")
            case .returned: Breakpoint.pass("returned")
            case .finished: Breakpoint.pass("finished")
            case .started, .progress, .imageSent, .note: break
            }
        #endif
    }
}

#if DEBUG || PLOYZ_BREAKPOINTS
    import Foundation

    /// The moment that is waited for, as one line of a file that only a machine of the lab has.
    private enum Breakpoint {
        private static let file = FilePath("/run/ployz-lab/breakpoint")
        /// What the file becomes when the moment has come: each breakpoint stops once.
        private static let reached = "/run/ployz-lab/reached"

        static func pass(_ moment: String) {
            if wanted == moment { stop() }
        }

        static func pass(_ acknowledged: UInt64) {
            guard let words = wanted?.split(separator: " "), words.first == "progress", words.count == 2,
                let bytes = UInt64(words[1]), acknowledged >= bytes
            else { return }
            stop()
        }

        private static var wanted: String? {
            guard let bytes = try? DurableFile(file).read() else { return nil }
            return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private static func stop() {
            // Two threads may come here at once: only the one that takes the file stops.
            guard rename(file.string, reached) == 0 else { return }
            // To this thread, not to the process: the kernel stops it before the call returns, and then all others.
            raise(SIGSTOP)
        }
    }

    private struct BreakpointJournal: Journal {
        let base: any Journal

        func read(_ operation: OperationID) async throws -> Data? { try await base.read(operation) }

        func write(_ entry: Data, for operation: OperationID) async throws {
            let name = name(of: entry)
            Breakpoint.pass("unwritten \(name)")
            try await base.write(entry, for: operation)
            Breakpoint.pass("written \(name)")
        }

        func remove(_ operation: OperationID) async throws { try await base.remove(operation) }

        func operations() async throws -> [OperationID] { try await base.operations() }

        private func name(of entry: Data) -> String {
            switch try? JSON.decode(JournalEntry.self, from: entry) {
            case .owner(let entry):
                switch entry.machine.action {
                case .perform(let step): "perform \(step.rawValue)"
                case .undo(let step): "undo \(step.rawValue)"
                case .settle(let step): "settle \(step.rawValue)"
                case .decide: "decide"
                case .end: "end"
                }
            case .target(let entry): "target \(entry.phase.rawValue)"
            case nil: "nothing"
            }
        }
    }

    private struct BreakpointTransfer: Transfer {
        let base: any Transfer

        func send(
            _ stream: VolumeStream,
            with ticket: TransferTicket,
            progress: @Sendable @escaping (ByteCount) -> Void
        ) async throws -> TransferReceipt {
            // Here every acknowledgement is seen; the events of progress are thinned out.
            try await base.send(stream, with: ticket) { acknowledged in
                progress(acknowledged)
                Breakpoint.pass(acknowledged.bytes)
            }
        }

        func open(_ ticket: TransferTicket) async throws { try await base.open(ticket) }

        func close(_ ticket: TransferTicket) { base.close(ticket) }

        func sendImage(
            _ imageID: String,
            with ticket: TransferTicket,
            progress: @Sendable @escaping (ByteCount) -> Void
        ) async throws -> TransferReceipt {
            try await base.sendImage(imageID, with: ticket, progress: progress)
        }
    }

    private struct BreakpointPeer: Peer {
        let base: any Peer

        func facts(_ question: TargetQuestion) async throws -> TargetFacts { try await base.facts(question) }

        func prepare(_ request: PrepareRequest) async throws {
            try await around("prepare") { try await base.prepare(request) }
        }

        func ticket(_ request: TicketRequest) async throws -> TransferTicket {
            try await around("ticket") { try await base.ticket(request) }
        }

        func adopt(_ request: AdoptRequest) async throws {
            try await around("adopt") { try await base.adopt(request) }
        }

        func start(_ request: StartRequest) async throws -> StartReport {
            try await around("start") { try await base.start(request) }
        }

        func settle(_ request: SettleRequest) async throws {
            try await around("settle") { try await base.settle(request) }
        }

        func follow(_ request: FollowRequest) async throws { try await base.follow(request) }

        func discard(_ request: DiscardRequest) async throws {
            try await around("discard") { try await base.discard(request) }
        }

        private func around<Answer>(_ order: String, _ body: () async throws -> Answer) async throws -> Answer {
            Breakpoint.pass("before \(order)")
            let answer = try await body()
            Breakpoint.pass("after \(order)")
            return answer
        }
    }
#endif
