import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  ApplyWorkspaceEditParams,
  ApplyWorkspaceEditResult,
  ClientCapabilities,
  Range,
  TextDocumentEdit,
  TextEdit,
} from 'vscode-languageserver/node';
import type { LspClient } from './lsp-client.js';

/** What VS Code says of itself, as far as edits go. */
export const editingCapabilities: ClientCapabilities = {
  workspace: {
    applyEdit: true,
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ['create'],
      changeAnnotationSupport: {},
    },
  },
  textDocument: {
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: [] } },
      dataSupport: true,
      disabledSupport: true,
      resolveSupport: { properties: ['edit'] },
      tagSupport: { valueSet: [1] },
    },
  },
};

/** A client with one open document, which applies what the server asks it to apply. */
export class EditingClient {
  /** What the server asked to be applied. */
  readonly applied: ApplyWorkspaceEditParams[] = [];
  /** Messages that the server showed. */
  readonly messages: string[] = [];
  private document = TextDocument.create('', '', 0, '');

  constructor(private readonly client: LspClient) {
    client.connection.onRequest('workspace/applyEdit', (params: ApplyWorkspaceEditParams) =>
      this.apply(params),
    );
    client.connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
      this.messages.push(message);
    });
  }

  get text(): string {
    return this.document.getText();
  }

  get version(): number {
    return this.document.version;
  }

  async open(uri: string, languageId: string, text: string): Promise<void> {
    this.document = TextDocument.create(uri, languageId, 1, text);
    await this.client.open(uri, languageId, text);
  }

  /** The range of a text that occurs once. */
  rangeOf(part: string): Range {
    const at = this.text.indexOf(part);
    if (at < 0 || at !== this.text.lastIndexOf(part)) throw new Error(`not once in it: ${part}`);
    return {
      start: this.document.positionAt(at),
      end: this.document.positionAt(at + part.length),
    };
  }

  async change(edits: readonly TextEdit[]): Promise<void> {
    const { uri, languageId, version } = this.document;
    const text = TextDocument.applyEdits(this.document, [...edits]);
    this.document = TextDocument.create(uri, languageId, version + 1, text);
    await this.client.change(uri, version + 1, [{ text }]);
  }

  private async apply(params: ApplyWorkspaceEditParams): Promise<ApplyWorkspaceEditResult> {
    this.applied.push(params);
    const { documentChanges, changes } = params.edit;
    const edit = documentChanges?.find((each): each is TextDocumentEdit => 'edits' in each);
    if (edit?.textDocument.uri === this.document.uri) {
      if (edit.textDocument.version !== this.version)
        return { applied: false, failureReason: 'of another version' };
      await this.change(edit.edits as TextEdit[]);
    } else if (changes) await this.change(changes[this.document.uri] ?? []);
    return { applied: true };
  }
}
