import { window } from 'vscode';
import { readSettings, updateSetting } from '../config.js';

/** Switches completions off, or on again, for the language of the editor that is written in. */
export async function toggleLanguage(): Promise<void> {
  const language = window.activeTextEditor?.document.languageId;
  if (language === undefined) return;
  const { disabledLanguages } = readSettings();
  const others = disabledLanguages.filter((each) => each !== language);
  const off = others.length === disabledLanguages.length;
  await updateSetting('disabledLanguages', off ? [...others, language] : others);
}
