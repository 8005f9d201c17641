// Loaded by mocha (--require): under a sanitizer everything takes many times longer. What hangs is ended by the script.
const factor = 60;

export const mochaHooks = {
  beforeEach() {
    const test = this.currentTest;
    test.timeout(test.timeout() * factor);
  },
};
