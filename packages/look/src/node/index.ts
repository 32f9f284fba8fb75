export { chartStyle, houseStyle } from './house-style.ts';
