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
 * Requests that runware/seedance-1.0-pro takes exactly as they are, as of 2026-10-12.
 */
export interface RunwareSeedance10Pro {
  kind?: "video" | null;
  /** text, 2 to 3000 characters; required */
  prompt: string;
  /** one of 14 listed sizes; a default is sent unless frames.first or frames.last is set */
  size?: "864x480" | "736x544" | "640x640" | "544x736" | "480x864" | "416x960" | "960x416" | "1920x1088" | "1664x1248" | "1440x1440" | "1248x1664" | "1088x1920" | "928x2176" | "2176x928" | null;
  /** 16:9, 4:3, 1:1, 3:4, 9:16, 9:21, 21:9 or auto; auto is what it does anyway beside resolution (beside input media the ratio is theirs, else the vendor chooses) */
  aspect_ratio?: "16:9" | "4:3" | "1:1" | "3:4" | "9:16" | "9:21" | "21:9" | "auto" | null;
  /** 480p or 1080p */
  resolution?: "480p" | "1080p" | null;
  /** 1.2 to 12 seconds; default 5 */
  duration?: number | null;
  /** always 24 */
  fps?: 24 | null;
  frames?: {
    /** one picture, sides 300 to 6000 pixels, up to 10 MB each */
    first?: Media | null;
    /** one picture, sides 300 to 6000 pixels, up to 10 MB each */
    last?: Media | null;
  } | null;
  /** 1 and more results, up to 4 a call; default 1 */
  count?: number | null;
  /** 0 to 9223372036854776000 */
  seed?: number | null;
  /** true or false; default false */
  camera_fixed?: boolean | null;
  output?: {
    /** mp4, webm or mov; default mp4 */
    format?: "mp4" | "webm" | "mov" | null;
    /** 20 to 99; default 95 */
    quality?: number | null;
  } | null;
  /** off, fast or full; default off */
  safety?: "off" | "fast" | "full" | null;
  delivery?: {
    /** URL */
    webhook_url?: `https://${string}` | `http://${string}` | null;
    /** URL */
    upload_url?: `https://${string}` | `http://${string}` | null;
    /** 60 and more seconds */
    ttl_seconds?: number | null;
    /** true or false; default false */
    include_cost?: boolean | null;
  } | null;
  provider_options?: {
    replicate?: Record<string, unknown> | null;
    runware?: {
      "outputType"?: "URL";
      "routing"?: Record<string, unknown>;
    } | null;
    scenario?: Record<string, unknown> | null;
  } | null;
}
