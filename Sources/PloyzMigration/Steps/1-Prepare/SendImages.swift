import PloyzModel

/// Images that the target lacks travel from here: the same bytes, and no registry is asked.
///
/// **Left behind on failure**: images on the target. They are kept; the next try finds them.
extension MigrationRunner {
    mutating func sendImages() async throws {
        let target = try await peer(record.to.id)
        for image in record.plan.images {
            let began = seams.time.now
            let request = TicketRequest(id: id, content: .image(image.id))
            let ticket = try await seams.time.within(seams.limits.peer, "asking for a ticket") {
                try await target.ticket(request)
            }
            let progress = events.progress(volume: nil, image: image.id, round: 0, expected: image.size)
            let limit = max(seams.limits.image, record.request.stallLimit.duration)
            let watch = StallWatch(limit: limit, time: seams.time)
            let receipt = try await watch.guarding("the image \(image.name)") { [transfer] in
                try await transfer.sendImage(image.id, with: ticket) { acknowledged in
                    watch.advanced(to: acknowledged)
                    progress(acknowledged)
                }
            }
            entry.record.totalBytes += receipt.bytes
            let time = Microseconds(seams.time.now - began)
            events.emit(.imageSent(image: image.id, bytes: receipt.bytes, time: time))
        }
    }
}
