import { ConfigurationTarget, workspace } from 'vscode';
import { defaultSettings, settingsSection, type LacunaSettings } from '../protocol/index.js';

/** The settings in force. In a workspace that is not trusted VS Code leaves out its restricted ones. */
export function readSettings(): LacunaSettings {
  const configuration = workspace.getConfiguration(settingsSection);
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const key of Object.keys(settings)) settings[key] = configuration.get(key, settings[key]);
  return { ...defaultSettings, ...settings };
}

/** Switches Lacuna on or off, in the scope where it was set before, or else for the user. */
export async function toggleEnabled(): Promise<void> {
  const configuration = workspace.getConfiguration(settingsSection);
  const inWorkspace = configuration.inspect('enable')?.workspaceValue !== undefined;
  await configuration.update(
    'enable',
    !configuration.get('enable', defaultSettings.enable),
    inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
  );
}
