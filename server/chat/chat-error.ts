/** Why a conversation cannot do what it was asked for, in a sentence for a person. */
export class ChatError extends Error {
  override readonly name = 'ChatError';

  constructor(
    readonly reason: 'no-conversation' | 'no-turn' | 'busy' | 'no-question',
    message: string,
  ) {
    super(message);
  }
}

export const noConversation = () =>
  new ChatError('no-conversation', 'There is no such conversation any more.');
export const noTurn = () => new ChatError('no-turn', 'There is no such turn any more.');
