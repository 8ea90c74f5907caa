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
 * Requests that replicate/seedance-2.0 takes exactly as they are, as of 2026-10-05.
 * - frames.last needs frames.first
 * - frames.first or frames.last not beside references.images
 * - references.audios needs references.images or references.videos
 */
export interface ReplicateSeedance20 {
  kind?: "video" | null;
  /** text, up to 4000 characters, references by [Image1], [Video1], [Audio1]; required */
  prompt: string;
  /** one of 23 listed sizes */
  size?: "864x496" | "752x560" | "640x640" | "560x752" | "496x864" | "992x432" | "1280x720" | "1112x834" | "960x960" | "834x1112" | "720x1280" | "1470x630" | "1920x1080" | "1664x1248" | "1440x1440" | "1248x1664" | "1080x1920" | "2206x946" | "3840x2160" | "3326x2494" | "2880x2880" | "2160x3840" | "4398x1886" | null;
  /** 16:9, 4:3, 1:1, 3:4, 9:16, 21:9, 9:21 or auto; default 16:9 */
  aspect_ratio?: "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "21:9" | "9:21" | "auto" | null;
  /** 480p, 720p, 1080p or 4K; default 720p */
  resolution?: "480p" | "720p" | "1080p" | "4K" | null;
  /** 4 to 15 seconds, whole, or auto; default 5 */
  duration?: number | "auto" | null;
  frames?: {
    /** one picture */
    first?: Media | null;
    /** one picture */
    last?: Media | null;
  } | null;
  references?: {
    /** up to 9 pictures */
    images?: Media[] | null;
    /** up to 3 clips, up to 15 s together */
    videos?: Media[] | null;
    /** up to 3 sounds, up to 15 s together */
    audios?: Media[] | null;
  } | null;
  /** 1 and more results, a call each */
  count?: number | null;
  /** any whole number */
  seed?: number | null;
  /** true or false; default true */
  generate_audio?: boolean | null;
  delivery?: {
    /** https: URL */
    webhook_url?: `https://${string}` | null;
  } | null;
  provider_options?: {
    replicate?: Record<string, never> | null;
    runware?: Record<string, unknown> | null;
    scenario?: Record<string, unknown> | null;
  } | null;
}
