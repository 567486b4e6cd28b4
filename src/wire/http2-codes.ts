/** Numbers of RFC 9113 (§7 and §6.2) under the names that node:http2 gives them. */
export const constants = {
  NGHTTP2_NO_ERROR: 0x0,
  NGHTTP2_PROTOCOL_ERROR: 0x1,
  NGHTTP2_REFUSED_STREAM: 0x7,
  NGHTTP2_CANCEL: 0x8,
  NGHTTP2_ENHANCE_YOUR_CALM: 0xb,
  NGHTTP2_FLAG_END_STREAM: 0x1,
} as const;
