// The requirements of a transfer between two databases on their dialects, beyond `Dialect`.

/// A dialect whose databases a transfer reads and fills.
package typealias TransferDialect = TransferSource & TransferTarget

/// A dialect whose databases a transfer can fill.
package protocol TransferTarget: TargetNames, TargetTables, ExistingObjects, TargetLoading, TargetCounters {}
