import Settings

/// The surroundings that settings are read in; Dialects has a type of that name too.
public typealias ProcessContext = Surroundings
