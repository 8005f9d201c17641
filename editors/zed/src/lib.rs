use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

/// Starts the server that is on PATH. It completes through Zed's menu.
struct Lacuna;

impl zed::Extension for Lacuna {
    fn new() -> Self {
        Lacuna
    }

    fn language_server_command(
        &mut self,
        _id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let command = worktree
            .which("lacuna")
            .ok_or("lacuna is not on PATH: run `npm run build && npm link` in a clone of it")?;
        Ok(Command {
            command,
            args: vec!["lsp".into(), "--stdio".into()],
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Lacuna);
