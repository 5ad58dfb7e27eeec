/// The version of all three programs, which are built and installed together.
package let teleclaudeVersion = "0.1.0"
