import { ConfigurationTarget, workspace } from 'vscode';
import { defaultSettings, settingsSection, type LacunaSettings } from '../protocol/index.js';

/** The settings in force. In a workspace that is not trusted VS Code leaves out its restricted ones. */
export function readSettings(): LacunaSettings {
  const configuration = workspace.getConfiguration(settingsSection);
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const key of Object.keys(settings)) settings[key] = configuration.get(key, settings[key]);
  return { ...defaultSettings, ...settings };
}

/** Sets a setting in the scope where it was set before, or else for the user: there it takes effect. */
export async function updateSetting<Key extends keyof LacunaSettings>(
  key: Key,
  value: LacunaSettings[Key],
): Promise<void> {
  const configuration = workspace.getConfiguration(settingsSection);
  const inWorkspace = configuration.inspect(key)?.workspaceValue !== undefined;
  await configuration.update(
    key,
    value,
    inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
  );
}

/** Switches Lacuna on or off. */
export async function toggleEnabled(): Promise<void> {
  await updateSetting('enable', !readSettings().enable);
}
