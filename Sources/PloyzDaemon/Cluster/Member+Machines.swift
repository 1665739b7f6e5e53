import PloyzAPI
import PloyzMigration
import PloyzModel

/// What operators do with machines.
extension Member {
    var remover: MachineRemover {
        MachineRemover(
            local: identity.machine.id,
            store: store,
            peers: peers,
            routing: routing,
            timekeeper: timekeeper
        )
    }

    var machineChanges: MachineChanges { MachineChanges(store: store) }

    /// Each machine measures by itself; those that cannot be asked have no times.
    func roundTrips(_ request: RoundTripRequest) async throws -> RoundTripMatrix {
        let records = mirror.records(MachineRecord.self, under: .machines).sorted { $0.name < $1.name }
        let picture = ClusterPicture(machines: records, services: [], instances: [], volumes: [], operations: [])
        let asked = try request.machine.map { [try picture.machine(named: $0)] } ?? records
        return await withTaskGroup(of: (MachineID, RoundTripRow).self) { group in
            for machine in asked { group.addTask { (machine.id, await self.row(of: machine, to: records)) } }
            let rows = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            return RoundTripMatrix(rows: asked.compactMap { rows[$0.id] })
        }
    }

    private func row(of machine: MachineRecord, to all: [MachineRecord]) async -> RoundTripRow {
        let place = MachinePlace(machine)
        guard machine.id == identity.machine.id else {
            let answer = await peers.roundTrips(of: machine.id)
            return RoundTripRow(from: place, times: answer?.rows.first { $0.from.id == machine.id }?.times)
        }
        let peers = peers
        let others = all.filter { $0.id != machine.id }
        return await withTaskGroup(of: (MachineID, Microseconds?).self) { group in
            for other in others { group.addTask { (other.id, await peers.roundTrip(to: other)) } }
            let times = await group.reduce(into: [MachineID: Microseconds]()) { times, answer in
                times[answer.0] = answer.1
            }
            return RoundTripRow(
                from: place,
                times: others.map { RoundTripRow.Cell(to: MachinePlace($0), time: times[$0.id]) }
            )
        }
    }
}
