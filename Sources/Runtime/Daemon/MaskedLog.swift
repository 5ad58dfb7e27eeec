import Logging
import TCSettings

/// A log in which no secret stands, whatever a library or a database puts into its messages.
package struct MaskedLog: LogHandler {
    private var inner: any LogHandler

    package init(_ inner: any LogHandler) { self.inner = inner }

    package var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    package var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue.map(Self.masked) }
    }

    package func log(event: LogEvent) {
        var event = event
        event.message = "\(MaskedText.of(event.message.description))"
        event.metadata = event.metadata.map { $0.mapValues(Self.masked) }
        inner.log(event: event)
    }

    private static func masked(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        .string(MaskedText.of(value.description))
    }
}
