/** Pixels from the end within which somebody counts as reading the end. */
const NEAR = 60;

/** Keeps the end of a growing page in view for those who read there, and leaves those alone who have scrolled up. */
export class Scroller {
  private following = true;

  constructor(private readonly area: HTMLElement) {
    area.addEventListener(
      'scroll',
      () => {
        this.following = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR;
      },
      { passive: true },
    );
  }

  /** Something has grown. */
  follow(): void {
    if (this.following) this.area.scrollTop = this.area.scrollHeight;
  }

  toEnd(): void {
    this.following = true;
    this.area.scrollTop = this.area.scrollHeight;
  }
}
