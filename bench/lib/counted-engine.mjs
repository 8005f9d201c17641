// An engine that writes down what it is asked, and otherwise is the one it stands for.

/**
 * @param log `{ keystroke, calls }`: every generation is added to `calls`, under the keystroke of that moment. Tokens are
 *   there once it has ended.
 */
export function counted(engine, log) {
  const generate = (plan, options) => {
    const generation = engine.generate(plan, options);
    const call = {
      keystroke: log.keystroke,
      lane: options.lane,
      greedy: (options.sampling?.temperature ?? 0) === 0,
      running: true,
      prefilled: 0,
      generated: 0,
    };
    call.ended = generation.summary.then(
      ({ promptTokens, residentTokens, generatedTokens }) => {
        call.running = false;
        call.prefilled = promptTokens - residentTokens;
        call.generated = generatedTokens;
      },
      () => {
        call.running = false;
      },
    );
    log.calls.push(call);
    return generation;
  };
  return new Proxy(engine, {
    get(target, name) {
      if (name === 'generate') return generate;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
