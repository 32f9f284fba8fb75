export { type TrainedAdapter, type TrainOptions, trainAdapter } from './train-adapter.ts';
