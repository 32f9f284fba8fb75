/**
 * ONNX Runtime's builds for Linux report sessions, models and the machine to Microsoft unless this variable is set when
 * the library is loaded. Nothing of a device is to leave it, so every module that loads the library imports this one
 * first. In a worker thread setting it has no effect on the process; whoever starts workers imports this module too.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
