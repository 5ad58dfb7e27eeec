/// The version that the three programs are of: they are built, and installed, together.
public let teleclaudeVersion = "0.1.0"
