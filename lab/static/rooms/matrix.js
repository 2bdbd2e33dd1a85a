export function open(main) { main.append("matrix"); return {}; }
