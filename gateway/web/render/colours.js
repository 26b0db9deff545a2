/* Colour words of feeds -> what a dot on a card is filled with. */
const HEX = { white: "#fbfaf7", "off-white": "#f5f1e6", ivory: "#f6f0df", cream: "#f3ead3",
  ecru: "#e9dfc8", sand: "#d9c7a3", beige: "#dccbb0", stone: "#c9c1b2", oatmeal: "#d8cdb8",
  taupe: "#a08f7f", camel: "#bf9560", tan: "#c39a6b", cognac: "#99552b", brown: "#6b4630",
  chocolate: "#4a2f22", rust: "#a8502f", terracotta: "#c2694a", orange: "#e08137",
  apricot: "#f3b98a", peach: "#f5c6a5", coral: "#ee7d67", mustard: "#cf9f2e", yellow: "#efd04e",
  gold: "#c9a447", lemon: "#f3e58a", olive: "#77763f", khaki: "#998f68", sage: "#a6b599",
  mint: "#b5dcc6", green: "#3f7d52", emerald: "#17805d", forest: "#2c4d3a", bottle: "#1e4436",
  teal: "#25767a", turquoise: "#44b5b3", aqua: "#8fd3d6", "sky blue": "#a5cbe8",
  "light blue": "#b3d0e6", blue: "#3a66a8", cobalt: "#1f4fb2", denim: "#4c6a8e",
  indigo: "#36406f", navy: "#1f2a48", midnight: "#171d33", lavender: "#bfb2dc",
  lilac: "#cdb6d9", purple: "#6b478b", plum: "#5f2f4d", aubergine: "#43243c", burgundy: "#6a1f32",
  wine: "#6f2236", red: "#bd2f34", raspberry: "#b32a5a", fuchsia: "#cc3a86", pink: "#efb3c2",
  blush: "#f0cfc8", rose: "#d98c96", "dusty rose": "#c79591", nude: "#e3c4ae",
  silver: "#c4c7cb", grey: "#8d9094", gray: "#8d9094", charcoal: "#43464a",
  graphite: "#3a3d41", black: "#16161a", natural: "#e5dac2" };

/** A CSS colour for a colour word ("dark sage" -> sage's), or null. */
export function colourHex(word) {
  const name = String(word).toLowerCase();
  return HEX[name] ?? HEX[name.split(/[\s/-]+/).findLast((part) => HEX[part])] ?? null;
}
