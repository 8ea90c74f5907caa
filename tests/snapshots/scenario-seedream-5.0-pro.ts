/** A URL, data URI, asset (`runware:...`) or path, or an object with declared facts. */
export type Media = string | {
  src: string;
  mime?: string | null;
  width?: number | null;
  height?: number | null;
  bytes?: number | null;
  seconds?: number | null;
};

/**
 * Requests that scenario/seedream-5.0-pro takes exactly as they are, as of 2026-08-22.
 */
export interface ScenarioSeedream50Pro {
  kind?: "image" | null;
  /** text, up to 3500 characters; required */
  prompt: string;
  /** 672 to 3136 by 672 to 3136 pixels, multiples of 16, 921600 to 4624220 pixels in all; default 2048x2048 */
  size?: `${number}x${number}` | null;
  /** 1:1, 16:9, 9:16, 4:3, 3:4, 3:2, 2:3, 21:9, 9:21, 5:4 or 4:5, or other ratios that fit */
  aspect_ratio?: "1:1" | "16:9" | "9:16" | "4:3" | "3:4" | "3:2" | "2:3" | "21:9" | "9:21" | "5:4" | "4:5" | `${number}:${number}` | null;
  /** 1K, 1.5K or 2K */
  resolution?: "1K" | "1.5K" | "2K" | null;
  references?: {
    /** up to 10 pictures */
    images?: Media[] | null;
  } | null;
  /** 1 and more results, a call each */
  count?: number | null;
  delivery?: {
    /** always true (the reply always names the cost) */
    include_cost?: true | null;
  } | null;
  provider_options?: {
    replicate?: Record<string, unknown> | null;
    runware?: Record<string, unknown> | null;
    scenario?: Record<string, never> | null;
  } | null;
}
