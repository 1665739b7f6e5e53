/// One line of an event stream: an event, or the failure that ends the stream.
///
/// A stream is documents as one line of JSON each. An empty line says only that the sender lives.
package struct StreamLine<Event: Document>: Document {
    package let event: Event?
    package let error: ErrorDocument?

    package init(event: Event) {
        self.event = event
        self.error = nil
    }

    package init(error: ErrorDocument) {
        self.event = nil
        self.error = error
    }
}
